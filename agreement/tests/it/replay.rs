//! What a failing simulation leaves behind: its run in a file, and the command that steps through it.

use std::path::Path;

use klero_agreement::sim::Failure;

/// Results of simulations.
pub(crate) trait OrReplay<T> {
    /// The value; a failure panics with the command that replays it.
    fn or_replay(self) -> T;
}

impl<T> OrReplay<T> for Result<T, Failure> {
    #[track_caller]
    fn or_replay(self) -> T {
        self.unwrap_or_else(|failure| panic!("{failure}\n{}", keep(&failure)))
    }
}

/// Writes the run to a file; the command that steps through it.
fn keep(failure: &Failure) -> String {
    let name = format!("seed-{}-after-{}-ms.run", failure.seed, failure.at);
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    match std::fs::write(&file, failure.run.to_string()) {
        Ok(()) => format!(
            "step through it: cargo run --release -p klero-analysis --features simulate -- simulate --replay {}",
            file.display()
        ),
        Err(error) => format!("its run could not be written to {}: {error}", file.display()),
    }
}

#[test]
fn a_failing_simulation_says_how_to_replay_it() {
    let gone = klero_agreement::sim::Simulation::builder()
        .hashed()
        .stop(1, 50)
        .stop(2, 50);
    let mut network = gone.seed(99).build().unwrap();
    let panic = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        network.run_until_round(1, 10_000).or_replay();
    }));
    let text = panic.unwrap_err().downcast::<String>().unwrap();
    let (told, file) = text.split_once("simulate --replay ").unwrap();
    assert!(told.starts_with("seed 99, hashed cryptography, after"), "{told}");
    let run = klero_agreement::sim::Run::read(&std::fs::read_to_string(file).unwrap()).unwrap();
    assert_eq!(run.to_string(), network.run().to_string());
    std::fs::remove_file(file).unwrap();
}
