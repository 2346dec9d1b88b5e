//! The default profiles are what the command in each file writes.

use std::path::{Path, PathBuf};
use std::process::Command;

use klero_analysis::Stakes;
use klero_analysis::risk::{Assumptions, profile_risk, share};
use klero_committee::Profile;

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// Runs the command of a profile again, in the directory for which it was written.
fn written_again(text: &str, name: &str) -> String {
    let command = text
        .lines()
        .find_map(|line| line.strip_prefix("# klero-analysis "))
        .unwrap();
    let out = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _absent = std::fs::remove_file(&out);
    let ended = Command::new(env!("CARGO_BIN_EXE_klero-analysis"))
        .args(command.split_whitespace())
        .arg("--out")
        .arg(&out)
        .current_dir(repository())
        .output()
        .unwrap();
    assert!(ended.status.success(), "{ended:?}");
    std::fs::read_to_string(out).unwrap()
}

/// [RISK-5] [RISK-6] Byte for byte, with the bounds in the comment; and the declared targets are kept with room for stakes that
/// move.
#[test]
fn each_is_the_output_of_the_command_in_it() {
    let stakes = Stakes::open(&repository().join("profiles/zipf-1000.csv")).unwrap();
    for name in ["testnet.toml", "thousand.toml"] {
        let text = std::fs::read_to_string(repository().join("profiles").join(name)).unwrap();
        assert_eq!(written_again(&text, &format!("again-{name}")), text, "{name}");
        let mut profile: Profile = toml::from_str(&text).unwrap();
        let assumptions = Assumptions::honest(share(&profile).unwrap());
        let risk = profile_risk(&profile, Some(&stakes), &assumptions).unwrap();
        profile.targets.safety += 2;
        profile.targets.live += 2;
        assert_eq!(risk.check(&profile.targets), Ok(()), "{name}");
    }
}
