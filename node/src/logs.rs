//! The log of the process: to standard error, its last lines also in memory, and its filter changed at run time.

use std::collections::VecDeque;
use std::fmt;
use std::io::{self, IsTerminal, Write};
use std::sync::{Arc, Mutex, PoisonError};

use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Registry, reload};

/// Lines that are kept, and the most bytes of one.
const MOST_LINES: usize = 500;
const MOST_BYTES: usize = 1 << 10;
/// What peers can make a library say at will is not written unless it is asked for by name; what matters of it is said
/// by this node itself.
const QUIET: &str = "libp2p_gossipsub";
/// The longest filter.
const MOST_FILTER: usize = 1 << 10;

/// The log. Cheap to clone.
#[derive(Clone)]
pub struct Logs(Arc<Shared>);

struct Shared {
    handle: reload::Handle<EnvFilter, Registry>,
    filter: Mutex<String>,
    lines: Lines,
}

impl fmt::Debug for Logs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Logs")
    }
}

impl Logs {
    /// Writes the log of this process from now on, with a filter as `KLERO_LOG` has it; what is wrong in it is left out.
    /// A process has one log: where there is one already, it stays, and changes here have no effect.
    pub fn install(filter: &str) -> Self {
        let builder = || EnvFilter::builder().with_default_directive(LevelFilter::INFO.into());
        let shown = builder().parse_lossy(filter).to_string();
        let (filter, handle) = reload::Layer::new(builder().parse_lossy(with_quiet(filter)));
        let lines = Lines::default();
        let to_people = tracing_subscriber::fmt::layer()
            .with_writer(io::stderr)
            .with_ansi(io::stderr().is_terminal());
        let kept = tracing_subscriber::fmt::layer()
            .with_writer(lines.clone())
            .with_ansi(false);
        let subscriber = tracing_subscriber::registry()
            .with(filter)
            .with(kept)
            .with(to_people);
        let _there_is_one = subscriber.try_init();
        Self(Arc::new(Shared {
            handle,
            filter: Mutex::new(shown),
            lines,
        }))
    }

    /// What is logged: `info`, `klero_node=debug,warn`.
    pub fn filter(&self) -> String {
        self.0
            .filter
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Changes what is logged.
    ///
    /// # Errors
    /// Why the text is no filter.
    pub fn change(&self, filter: &str) -> Result<(), String> {
        if filter.len() > MOST_FILTER {
            return Err(format!("a filter of more than {MOST_FILTER} bytes"));
        }
        let builder = || EnvFilter::builder().with_default_directive(LevelFilter::INFO.into());
        let parsed = builder().parse(filter).map_err(|error| error.to_string())?;
        let mut kept = self.0.filter.lock().unwrap_or_else(PoisonError::into_inner);
        let shown = parsed.to_string();
        let parsed = builder()
            .parse(with_quiet(filter))
            .map_err(|error| error.to_string())?;
        self.0.handle.reload(parsed).map_err(|error| error.to_string())?;
        *kept = shown;
        Ok(())
    }

    /// The last lines, the oldest first; 500 at most.
    pub fn lines(&self) -> Vec<String> {
        let lines = self.0.lines.0.lock().unwrap_or_else(PoisonError::into_inner);
        lines.iter().cloned().collect()
    }
}

/// The filter, with [`QUIET`] down to its errors where it is not named.
fn with_quiet(filter: &str) -> String {
    match filter {
        named if named.contains(QUIET) => named.to_owned(),
        "" => format!("info,{QUIET}=error"),
        other => format!("{other},{QUIET}=error"),
    }
}

/// The last lines, as the writer and the readers share them.
#[derive(Clone, Default)]
struct Lines(Arc<Mutex<VecDeque<String>>>);

impl<'a> MakeWriter<'a> for Lines {
    type Writer = Self;

    fn make_writer(&'a self) -> Self::Writer {
        self.clone()
    }
}

impl Write for Lines {
    /// The layer writes a line at a time.
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let shown = bytes.get(..MOST_BYTES).unwrap_or(bytes);
        let line = String::from_utf8_lossy(shown).trim_end().to_owned();
        let mut lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if lines.len() >= MOST_LINES {
            lines.pop_front();
        }
        lines.push_back(line);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_library_that_peers_make_talk_is_quiet_unless_it_is_named() {
        assert_eq!(with_quiet(""), "info,libp2p_gossipsub=error");
        assert_eq!(with_quiet("debug"), "debug,libp2p_gossipsub=error");
        assert_eq!(with_quiet("libp2p_gossipsub=debug"), "libp2p_gossipsub=debug");
        for filter in ["", "klero_node=debug,warn", "libp2p_gossipsub=debug"] {
            assert!(with_quiet(filter).parse::<EnvFilter>().is_ok(), "{filter}");
        }
    }

    #[test]
    fn the_last_lines_are_kept_and_long_ones_cut() {
        let mut lines = Lines::default();
        for number in 0..=MOST_LINES {
            lines.write_all(format!("line {number}\n").as_bytes()).unwrap();
        }
        lines.write_all(&[b'x'; 5_000]).unwrap();
        let kept = lines.0.lock().unwrap();
        assert_eq!(kept.len(), MOST_LINES);
        assert_eq!(kept.front().map(String::as_str), Some("line 2"));
        assert_eq!(kept.back().map(String::len), Some(MOST_BYTES));
    }
}
