//! A network of a thousand accounts, against figures of another program, in Python with 60 digits.

use klero_analysis::{Adversary, Assumptions, CommitteeLaw, Scheme, Stakes};

use crate::oracle::fraction;

type Figures = (Adversary, Option<f64>, f64);

const CASES: [(u32, u64, &str, f64, [Figures; 3]); 3] = [
    (
        961,
        690,
        "0.8",
        -559.749_379_460_5,
        [
            (Adversary::Dust, Some(-39.705_295_638_7), -40.020_959_967_6),
            (Adversary::Largest, Some(-39.350_641_752_5), -38.692_323_469_7),
            (Adversary::Smallest, Some(-194.352_780_921_6), -43.883_395_980_2),
        ],
    ),
    (
        1_500,
        1_075,
        "0.8",
        -867.200_837_044_8,
        [
            (Adversary::Dust, Some(-81.082_878_915_6), -61.019_505_137_8),
            (Adversary::Largest, Some(-81.617_234_666_0), -59.165_403_664_3),
            // So many seats are guaranteed.
            (Adversary::Smallest, None, -65.560_748_682_4),
        ],
    ),
    (
        700,
        480,
        "0.85",
        -516.883_369_462_1,
        [
            (Adversary::Dust, Some(-96.353_382_975_8), -31.664_065_315_0),
            (Adversary::Largest, Some(-117.180_372_212_4), -26.082_454_003_0),
            (Adversary::Smallest, Some(-241.257_380_292_2), -35.152_517_778_4),
        ],
    ),
];

#[test]
fn quota_committees_of_a_thousand_validators() {
    let stakes = Stakes::read(include_bytes!("../data/network.csv").as_slice()).unwrap();
    let near = |bound: f64, figure: f64| (bound / figure - 1.0).abs() < 1e-9;
    for (expected, threshold, honest, take, adversaries) in CASES {
        for (adversary, live, split) in adversaries {
            let assumptions = Assumptions {
                adversary,
                ..Assumptions::honest(fraction(honest))
            };
            let law = CommitteeLaw::new(Scheme::Quota, expected, Some(&stakes), &assumptions).unwrap();
            let risk = law.failure(threshold).unwrap().risk;
            let what = format!("{adversary:?}, τ = {expected}: {risk:?}");
            match live {
                Some(live) => assert!(near(risk.live.log2(), live), "{what}"),
                None => assert_eq!(risk.live.decimal(), "0", "{what}"),
            }
            assert!(near(risk.split.log2(), split), "{what}");
            assert!(near(risk.take.log2(), take), "{what}");
        }
    }
}
