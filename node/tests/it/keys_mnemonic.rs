//! Keys from words: the published vectors of BIP-39, the tree of EIP-2333, and loud warnings.

use klero_node::keys::{KeyFile, Mnemonic, MnemonicError};
use klero_sampling::bls::SecretKey;
use klero_sampling::vrf::VrfSuite;
use serde_json::Value;

use crate::cli::{assert_says, klero, printed, refused};
use crate::keys_modes::write;

/// A vector of BIP-39 (MIT): the entropy 80 80 …, its 24 words, and the seed without a passphrase.
const WORDS: &str = "letter advice cage absurd amount doctor acoustic avoid letter advice cage absurd amount doctor acoustic \
                     avoid letter advice cage absurd amount doctor acoustic bless";

#[test]
fn the_words_are_checked() {
    assert_eq!(Mnemonic::parse(WORDS).unwrap().words(), WORDS);
    let shouted = format!("  {}\n", WORDS.to_uppercase().replace(' ', "\n"));
    assert_eq!(Mnemonic::parse(&shouted).unwrap().words(), WORDS);
    let short = WORDS.rsplit_once(' ').unwrap().0;
    assert!(matches!(Mnemonic::parse(short), Err(MnemonicError::Length(23))));
    assert!(matches!(Mnemonic::parse(""), Err(MnemonicError::Length(0))));
    for wrong in [
        WORDS.replace("bless", "avoid"),
        WORDS.replace("bless", "kleroterion"),
    ] {
        assert!(matches!(Mnemonic::parse(&wrong), Err(MnemonicError::Words)));
    }
    let random = Mnemonic::random().unwrap();
    assert_eq!(random.words().split(' ').count(), 24);
    assert_ne!(random.words(), Mnemonic::random().unwrap().words());
}

/// The paths, walked by hand from the seed that OpenSSL's PBKDF2 makes of the words.
#[test]
fn keys_stand_where_the_documentation_says() {
    let mut seed = [0; 64];
    let salt = b"mnemonic";
    pbkdf2::pbkdf2_hmac::<sha2::Sha512>(WORDS.as_bytes(), salt, 2048, &mut seed);
    let master = SecretKey::derive_master(&seed).unwrap();
    let at = |path: [u32; 4]| {
        path.iter()
            .fold(master.clone(), |key, child| key.derive_child(*child))
            .to_bytes()
    };
    let keys = Mnemonic::parse(WORDS)
        .unwrap()
        .keys("athens", 3, VrfSuite::Sr25519)
        .unwrap();
    for (number, entry) in (0..).zip(&keys.validators) {
        assert_eq!(entry.vote.expose(), &at([12381, 1, number, 0]));
        assert_eq!(entry.draw.expose(), &at([12381, 1, number, 1]));
        assert_eq!(
            keys.operators[number as usize].expose(),
            &at([12381, 1, number, 2])
        );
        assert!(keys.operator(&entry.id).is_some(), "its id is its account");
        assert_eq!(entry.path, format!("m/12381/1/{number}"));
    }
    assert_eq!(keys.validators.len(), 3);
}

#[test]
fn words_are_printed_once_with_a_loud_warning_and_make_the_same_keys_again() {
    let here = tempfile::tempdir().unwrap();
    let here = here.path();
    let new = [
        "keys",
        "new",
        "--network",
        "athens",
        "--validators",
        "2",
        "--plain",
    ];
    let output = klero(here, &[&new[..], &["--mnemonic", "--keys", "a.json"]].concat());
    let said = String::from_utf8(output.stderr).unwrap();
    let told = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{said}");
    assert_says(&said, &["FOR TEST NETWORKS ONLY: keys that follow from words"]);
    assert_says(&told, &["FOR TEST NETWORKS ONLY: whoever sees these words"]);
    let words = told.lines().last().unwrap();
    assert_eq!(words.split(' ').count(), 24);

    let file = here.join("words");
    write(&file, words, 0o644);
    let again = [&new[..], &["--from-mnemonic", "words", "--keys", "b.json"]].concat();
    assert_says(&refused(here, &again), &["chmod 600 words"]);
    std::fs::remove_file(&file).unwrap();
    write(&file, words, 0o600);
    printed(here, &again);
    let keys = |name: &str| {
        let file = KeyFile::load(&here.join(name)).unwrap();
        serde_json::to_value((file.validators, file.operators)).unwrap()
    };
    assert_eq!(keys("a.json"), keys("b.json"));
    let first = &keys("a.json")[0][0]["path"];
    assert_eq!(first, &Value::from("m/12381/1/0"));
}

#[test]
fn words_are_no_argument() {
    let here = tempfile::tempdir().unwrap();
    let new = [
        "keys",
        "new",
        "--network",
        "athens",
        "--plain",
        "--keys",
        "a.json",
        "--from-mnemonic",
    ];
    let said = refused(here.path(), &[&new[..], &[WORDS]].concat());
    assert_says(&said, &["mnemonic"]);
    assert!(!here.path().join("a.json").exists());
}
