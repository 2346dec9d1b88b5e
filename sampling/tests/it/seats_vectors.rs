//! Seats at the published vectors: those made elsewhere, and our own with what makes them.

use dashu::integer::UBig;
use klero_sampling::{Draw, Holder, Lottery, SeatScheme, Split};
use serde::{Deserialize, Serialize};

use crate::oracle::points::{draws_by, draws_of};
use crate::oracle::questions::{self, KINDS};
use crate::oracle::{Chance, Question, draw, fait_accompli, last_x, quota};

/// Where our own vectors are, from the folder of the crate.
const OWN: &str = "vectors/seats-edges.json";

#[derive(Deserialize)]
struct Foreign {
    digest: String,
    stake: String,
    total: String,
    expected: u32,
    quota: u64,
    binomial: Option<u64>,
}

fn draw_of(hex: &str) -> Draw {
    Draw::from_bytes(hex::decode(hex).unwrap().try_into().unwrap())
}

/// [SEAT-1] [SEAT-2] Cases computed elsewhere.
#[test]
fn seats_of_the_vectors_made_elsewhere() {
    let cases: Vec<Foreign> = serde_json::from_str(include_str!("../../vectors/seats.json")).unwrap();
    for case in &cases {
        let (stake, total): (u64, u64) = (case.stake.parse().unwrap(), case.total.parse().unwrap());
        let draw = draw_of(&case.digest);
        let x = UBig::from_be_bytes(draw.as_bytes());
        let question = Question::new(stake, total, case.expected);
        let seats = |scheme| Lottery::new(scheme, case.expected, total)?.seats(&draw, stake);
        let (guaranteed, drawn) = quota::seats(&x, &question);
        assert_eq!(guaranteed + drawn, case.quota, "the oracle at {}", case.digest);
        assert_eq!(
            seats(SeatScheme::Quota).unwrap().total(),
            case.quota,
            "{}",
            case.digest
        );
        if let Some(expected) = case.binomial {
            let oracle = question.binomial().seats(&x);
            assert_eq!(oracle, expected, "the oracle at {}", case.digest);
            let crate_says = seats(SeatScheme::Binomial).unwrap().total();
            assert_eq!(crate_says, expected, "{}", case.digest);
        }
    }
    assert_eq!(cases.len(), 120);
    assert_eq!(cases.iter().filter(|case| case.binomial.is_some()).count(), 87);
}

/// One of our own. What may exceed 2^53 is a string of decimal digits.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    scheme: SeatScheme,
    kind: String,
    draw: String,
    stake: String,
    total: String,
    expected: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    electorate: Option<Electorate>,
    guaranteed: String,
    drawn: String,
}

/// What `fait-accompli` asks for besides, and what follows from it.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Electorate {
    stakes: Vec<String>,
    place: u32,
    /// i* − 1 and ρ(i*); neither where the committee is full.
    permanent: Option<u32>,
    rest: Option<String>,
    weight: String,
}

impl Case {
    fn new(scheme: SeatScheme, kind: &str, question: &Question, x: &UBig, seats: (u64, u64)) -> Self {
        Self {
            scheme,
            kind: kind.into(),
            draw: hex::encode(draw(x).as_bytes()),
            stake: question.stake.to_string(),
            total: question.total.to_string(),
            expected: question.expected,
            electorate: None,
            guaranteed: seats.0.to_string(),
            drawn: seats.1.to_string(),
        }
    }
}

fn binomial_cases(cases: &mut Vec<Case>) {
    for kind in &KINDS {
        let (questions, draws) = if kind.is_slow() { (1, 4) } else { (3, 7) };
        for number in 0..questions {
            let mut chance = Chance::new(kind.name, u64::MAX, number);
            let question = (kind.ask)(&mut chance);
            let steps = question.binomial();
            let every = draws_of(&mut chance, &steps, 4);
            for x in chance.some_of(every, draws) {
                let seats = (0, steps.seats(&x));
                cases.push(Case::new(SeatScheme::Binomial, kind.name, &question, &x, seats));
            }
        }
    }
}

/// CDF(k) is (2x + 1)/2^257 for an x, which has passed it, and the draw before has not: (s, S, τ, k).
const DRAWS_ON_STEPS: [(u64, u64, u32, u64); 5] = [
    (6, 5 << 43, 2721, 3),
    (13, 3 << 20, 164_449, 5),
    (129, 1024, 256, 64),
    (257, 512, 256, 0),
    (257, 512, 256, 256),
];

fn cases_on_steps(cases: &mut Vec<Case>) {
    for (stake, total, expected, k) in DRAWS_ON_STEPS {
        let question = Question::new(stake, total, expected);
        let steps = question.binomial();
        let x = steps.draws_up_to(k);
        let before = (x > UBig::ZERO).then(|| &x - UBig::ONE);
        for x in before.into_iter().chain([x]) {
            let seats = (0, steps.seats(&x));
            cases.push(Case::new(
                SeatScheme::Binomial,
                "on a step or before",
                &question,
                &x,
                seats,
            ));
        }
    }
}

fn quota_cases(cases: &mut Vec<Case>) {
    for number in 0..12 {
        let mut chance = Chance::new("quota", u64::MAX, number);
        let question = questions::any(&mut chance);
        if u64::from(question.expected) < question.total {
            let every = draws_by(&mut chance, [quota::winning_draws(&question)]);
            for x in chance.some_of(every, 6) {
                let seats = quota::seats(&x, &question);
                cases.push(Case::new(SeatScheme::Quota, "any stake", &question, &x, seats));
            }
        }
    }
}

fn full_cases(cases: &mut Vec<Case>) {
    for number in 0..40 {
        let mut chance = Chance::new("full", u64::MAX, number);
        let question = questions::any(&mut chance);
        let seats = (question.stake, 0);
        let mut add = |scheme, kind| {
            cases.push(Case::new(scheme, kind, &question, &last_x(), seats));
        };
        if u64::from(question.expected) >= question.total {
            add(SeatScheme::Binomial, "as many seats as stake");
            add(SeatScheme::Quota, "as many seats as stake");
        } else if number % 4 == 0 {
            add(SeatScheme::Full, "any stake");
        }
    }
}

fn fait_accompli_cases(cases: &mut Vec<Case>) {
    let mut wanted = [40, 8];
    let mut number = 0;
    while wanted != [0, 0] {
        let mut chance = Chance::new("fait-accompli", u64::MAX, number);
        number += 1;
        let (expected, stakes) = questions::electorate(&mut chance);
        let split = fait_accompli::split(expected, &stakes);
        let left = &mut wanted[usize::from(split.is_none())];
        if stakes.len() < 20 && *left > 0 {
            *left -= 1;
            member_cases(cases, &mut chance, expected, &stakes);
        }
    }
}

/// The last permanent member and the first after it.
fn member_cases(cases: &mut Vec<Case>, chance: &mut Chance, expected: u32, stakes: &[u64]) {
    let split = fait_accompli::split(expected, stakes);
    let permanent = split.map_or(0, |(permanent, _)| permanent);
    for (place, stake) in (1..).zip(stakes) {
        if place != permanent && place != permanent + 1 {
            continue;
        }
        let (x, guaranteed, drawn) = match split {
            Some((permanent, rest)) if place > permanent => {
                let steps = Question::new(*stake, rest, expected - permanent).binomial();
                let every = draws_of(chance, &steps, 4);
                let x = chance.some_of(every, 1).remove(0);
                let seats = steps.seats(&x);
                (x, 0, seats)
            }
            _ => (last_x(), *stake, 0),
        };
        let question = Question::new(*stake, stakes.iter().sum(), expected);
        let kind = if split.is_some() {
            "split"
        } else {
            "without a split"
        };
        let mut case = Case::new(SeatScheme::FaitAccompli, kind, &question, &x, (guaranteed, drawn));
        case.electorate = Some(Electorate {
            stakes: stakes.iter().map(u64::to_string).collect(),
            place,
            permanent: split.map(|(permanent, _)| permanent),
            rest: split.map(|(_, rest)| rest.to_string()),
            weight: fait_accompli::weight(expected, split, guaranteed, drawn).to_string(),
        });
        cases.push(case);
    }
}

/// Our own vectors, made by the oracle alone.
fn document() -> String {
    let mut cases = Vec::new();
    quota_cases(&mut cases);
    binomial_cases(&mut cases);
    cases_on_steps(&mut cases);
    full_cases(&mut cases);
    fait_accompli_cases(&mut cases);
    let lines: Vec<String> = cases
        .iter()
        .map(|case| serde_json::to_string(case).unwrap())
        .collect();
    format!("[\n{}\n]\n", lines.join(",\n"))
}

fn stored() -> String {
    std::fs::read_to_string(format!("{}/{OWN}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

#[test]
#[ignore = "writes our own vectors: a second; run by `make vectors`"]
fn write_the_vectors() {
    std::fs::write(format!("{}/{OWN}", env!("CARGO_MANIFEST_DIR")), document()).unwrap();
}

#[test]
fn our_vectors_are_those_that_the_oracle_makes() {
    assert!(
        stored() == document(),
        "run `make vectors` and look at the difference"
    );
}

fn check(case: &Case) {
    let (stake, total): (u64, u64) = (case.stake.parse().unwrap(), case.total.parse().unwrap());
    let (lottery, holder) = if let Some(electorate) = &case.electorate {
        let stakes: Vec<u64> = electorate
            .stakes
            .iter()
            .map(|stake| stake.parse().unwrap())
            .collect();
        let lottery = Lottery::of(case.scheme, case.expected, &stakes).unwrap();
        let rest = electorate.rest.as_ref().map(|rest| rest.parse().unwrap());
        let split = electorate
            .permanent
            .zip(rest)
            .map(|(permanent, rest)| Split { permanent, rest });
        assert_eq!(lottery.split(), split, "{}", case.draw);
        assert_eq!(lottery.total(), total);
        (lottery, Holder::at(electorate.place, stake))
    } else {
        let lottery = Lottery::new(case.scheme, case.expected, total).unwrap();
        (lottery, stake.into())
    };
    let draw = draw_of(&case.draw);
    let seats = lottery.seats(&draw, holder).unwrap();
    assert_eq!(lottery.ladder(holder).unwrap().seats(&draw), Ok(seats));
    assert_eq!(seats.guaranteed.to_string(), case.guaranteed, "{}", case.draw);
    assert_eq!(seats.drawn.to_string(), case.drawn, "{}", case.draw);
    if let Some(electorate) = &case.electorate {
        assert_eq!(
            lottery.weight(&seats).to_string(),
            electorate.weight,
            "{}",
            case.draw
        );
    }
}

/// [SEAT-1] [SEAT-2] [SEAT-3] [SEAT-4]
#[test]
fn seats_of_our_own_vectors() {
    let cases: Vec<Case> = serde_json::from_str(&stored()).unwrap();
    cases.iter().for_each(check);
    assert!(cases.len() > 300, "{}", cases.len());
}
