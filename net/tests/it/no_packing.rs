//! [D9] Nothing that a peer sends is unpacked: there is nothing to unpack with.

/// Libraries that unpack, as far as anyone uses them.
const UNPACKERS: [&str; 16] = [
    "async-compression",
    "brotli",
    "bzip2",
    "flate2",
    "inflate",
    "libdeflater",
    "lz4",
    "lz4_flex",
    "lzma-rs",
    "miniz_oxide",
    "snap",
    "xz2",
    "yazi",
    "zip",
    "zstd",
    "zstd-safe",
];

/// What `cargo tree` names: a crate a line.
fn crates_of_the_network() -> String {
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let tree = std::process::Command::new(cargo)
        .args([
            "tree",
            "--locked",
            "--offline",
            "--edges",
            "normal",
            "--prefix",
            "none",
            "--package",
            "klero-net",
        ])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    assert!(tree.status.success(), "{}", String::from_utf8_lossy(&tree.stderr));
    String::from_utf8(tree.stdout).unwrap()
}

#[test]
fn no_library_of_the_network_unpacks_anything() {
    let tree = crates_of_the_network();
    let names: Vec<&str> = tree.lines().filter_map(|line| line.split(' ').next()).collect();
    assert!(names.contains(&"libp2p-gossipsub"), "{tree}");
    for unpacker in UNPACKERS {
        assert!(!names.contains(&unpacker), "{unpacker}");
    }
}
