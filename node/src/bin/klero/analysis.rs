//! `klero analysis`: the commands of `klero-analysis`.

pub(crate) use klero_analysis::cli::Command;
