//! How far long work is, on standard error if that is a terminal, else nowhere.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

/// How often a spinner turns.
const TURN: Duration = Duration::from_millis(120);

/// A bar or a spinner, which vanishes when the work is done.
pub(super) struct Progress(ProgressBar);

impl Progress {
    /// Of work that has so many parts.
    #[cfg(feature = "report")]
    pub(super) fn of(parts: u64, what: &'static str) -> Self {
        // Without a terminal a bar draws nothing.
        let bar = ProgressBar::new(parts).with_message(what);
        let style = ProgressStyle::with_template("{msg} [{bar:30}] {percent} %, {elapsed}");
        Self(match style {
            Ok(style) => bar.with_style(style.progress_chars("=> ")),
            Err(_) => bar,
        })
    }

    /// Of work without a known end.
    pub(super) fn spinner(what: &'static str) -> Self {
        let bar = ProgressBar::new_spinner().with_message(what);
        bar.enable_steady_tick(TURN);
        let style = ProgressStyle::with_template("{spinner} {msg}, {elapsed}");
        Self(match style {
            Ok(style) => bar.with_style(style),
            Err(_) => bar,
        })
    }

    /// A part is done.
    #[cfg(feature = "report")]
    pub(super) fn tick(&self) {
        self.0.inc(1);
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}
