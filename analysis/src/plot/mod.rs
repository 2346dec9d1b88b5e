//! Plots: how a committee fails, and how stake is spread, to look at. With the feature `report`.
//!
//! Each kind of plot is computed first, as points that are bounds like all of this crate, and then laid out as a
//! [`Figure`], which becomes a [`Picture`] of a given width, and that an SVG ([`svg`]) or a PNG ([`png`]). All of it
//! depends on nothing but its input: the same question gives the same bytes.

mod axis;
mod chart;
mod figure;
mod font;
mod picture;
pub mod png;
pub mod svg;

mod by_honest;
mod by_offline;
mod by_size;
mod by_threshold;
mod room;
mod schemes;
mod spread;
mod subject;

use axis::counted;
pub use axis::{Axis, grouped, power};
pub use by_honest::{ByHonest, HonestPoint};
pub use by_offline::{ByOffline, OfflinePoint};
pub use by_size::{BySize, SizePoint};
pub use by_threshold::{ByThreshold, ThresholdPoint};
pub use chart::{Chart, Curve, Guide, Mark, Side};
pub use figure::{Figure, NARROW};
pub use picture::{Anchor, Ink, Label, Picture, Place, Shape, hex};
pub use schemes::{SchemeCurve, SchemePoint, Schemes};
pub use spread::{Spread, SpreadPoint};
pub use subject::{Subject, percent};

/// The lowest power of two on an axis of chances that is to show `deepest`: rounded down to a round one.
fn lowest(deepest: f64) -> f64 {
    let step = if deepest < -200.0 { 50.0 } else { 10.0 };
    let most = -20.0;
    ((deepest * 1.05 / step).floor() * step).clamp(-1000.0, most)
}
