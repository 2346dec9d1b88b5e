use std::io::Write;
use klero_agreement::committee::sampling::SeatScheme;
use klero_agreement::sim::{Breach, Simulation, Stop};

#[test]
fn probe() {
    for (tau, t) in [(200_u32, 138_u64), (1000, 712)] {
        for liars in [1_usize, 2, 3, 4] {
            let s = std::time::Instant::now();
            let (mut forks, mut stalls, mut rounds, mut alarms, mut split) = (0, 0, 0, 0, 0);
            for seed in 0..6 {
                let first = 10 - liars;
                let mut b = Simulation::builder().nodes(10).validators(60).hashed().unchecked().scheme(SeatScheme::Quota)
                    .committee(tau, t, t / 2).seed(seed);
                for l in first..10 { b = b.twin(l); }
                let mut g: Vec<usize> = (0..first).filter(|n| n % 2 == 0).collect();
                let mut h: Vec<usize> = (0..first).filter(|n| n % 2 == 1).collect();
                g.extend(first..10);
                h.extend(10..10 + liars);
                for w in 0..10 { b = b.partition(w * 15_000, w * 15_000 + 7_000, &[&g, &h]); }
                let mut net = b.build().unwrap();
                let r = net.run_for(150_000);
                rounds += net.heights().into_iter().max().unwrap();
                let o: Vec<_> = net.outcomes().collect();
                split += o.windows(2).filter(|p| p[0].role == p[1].role).count();
                if !net.alarms().is_empty() { alarms += 1; }
                if let Err(f) = r { match f.stop { Stop::Breach(Breach::Fork{..}) => forks += 1, o => { stalls += 1; let _ = writeln!(std::io::stdout(), "{o}"); } } }
            }
            writeln!(std::io::stdout(), "tau={tau} t={t} liars={liars}: forks {forks} alarms {alarms} other {stalls} rounds {rounds} split {split} {:.1}s", s.elapsed().as_secs_f64()).unwrap();
        }
    }
}
