//! Pictures as PNG.

use thiserror::Error;
use tiny_skia::{Color, FillRule, LineJoin, Paint, Path, PathBuilder, Pixmap, Stroke, StrokeDash, Transform};

use super::font::Font;
use super::picture::{Anchor, DASHES, Ink, Label, Picture, Place, RIM, Shape};

/// Why there is no PNG.
#[derive(Debug, Error)]
pub enum PngError {
    /// Nothing to draw on.
    #[error("a picture of {0} by {1} pixels: choose another --scale")]
    Size(f64, f64),
    /// The encoder gave up.
    #[error("the PNG cannot be written: {0}")]
    Encoding(#[from] png::EncodingError),
}

/// The picture with `scale` (1 to 8) times its pixels each way. `origin` has keywords and texts that say where it comes
/// from; they become `tEXt` chunks, or `iTXt` where a text has letters that are not Latin.
///
/// # Errors
/// [`PngError`] when the picture has no pixels, or too many.
pub fn file(picture: &Picture, scale: u32, origin: &[(String, String)]) -> Result<Vec<u8>, PngError> {
    let size = |length: f64| (length * f64::from(scale)).round();
    let (width, height) = (size(picture.width), size(picture.height));
    let mut pixels = Pixmap::new(width as u32, height as u32).ok_or(PngError::Size(width, height))?;
    pixels.fill(colour(Ink::Paper));
    let zoom = Transform::from_scale(scale as f32, scale as f32);
    for shape in &picture.shapes {
        draw(shape, zoom, &mut pixels);
    }
    // The paper is opaque, and so is every pixel: three channels are enough.
    let rgb: Vec<u8> = pixels
        .data()
        .chunks_exact(4)
        .flat_map(|pixel| pixel.iter().take(3))
        .copied()
        .collect();
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, pixels.width(), pixels.height());
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_compression(png::Compression::High);
    for (keyword, text) in origin {
        let is_latin = text.chars().all(|letter| u32::from(letter) < 256);
        if is_latin {
            encoder.add_text_chunk(keyword.clone(), text.clone())?;
        } else {
            encoder.add_itxt_chunk(keyword.clone(), text.clone())?;
        }
    }
    let mut writer = encoder.write_header()?;
    writer.write_image_data(&rgb)?;
    writer.finish()?;
    Ok(bytes)
}

fn draw(shape: &Shape, zoom: Transform, pixels: &mut Pixmap) {
    match shape {
        Shape::Line {
            points,
            ink,
            width,
            dashed,
        } => {
            let dashes = DASHES.map(|length| length as f32).to_vec();
            let stroke = Stroke {
                width: *width as f32,
                line_join: LineJoin::Round,
                dash: dashed.then(|| StrokeDash::new(dashes, 0.0)).flatten(),
                ..Stroke::default()
            };
            if let Some(path) = path(points) {
                pixels.stroke_path(&path, &paint(*ink), &stroke, zoom, None);
            }
        }
        Shape::Dot { at, radius, ink } => {
            let circle = PathBuilder::from_circle(at.0 as f32, at.1 as f32, *radius as f32);
            if let Some(path) = circle {
                pixels.fill_path(&path, &paint(*ink), FillRule::Winding, zoom, None);
                pixels.stroke_path(&path, &paint(Ink::Paper), &rim(RIM / 2.0), zoom, None);
            }
        }
        Shape::Text(label) => text(label, zoom, pixels),
    }
}

fn text(label: &Label, zoom: Transform, pixels: &mut Pixmap) {
    let font = Font::new(label.size, label.bold);
    let width = font.width(&label.text);
    let left = match label.anchor {
        Anchor::Start => 0.0,
        Anchor::Middle => width / 2.0,
        Anchor::End => width,
    };
    let mut outlines = PathBuilder::new();
    font.outline(&label.text, (label.at.0 - left, label.at.1), &mut outlines);
    // Nothing comes of a text of blanks.
    let Some(outlines) = outlines.finish() else { return };
    if label.rim {
        pixels.stroke_path(&outlines, &paint(Ink::Paper), &rim(RIM), zoom, None);
    }
    pixels.fill_path(&outlines, &paint(label.ink), FillRule::Winding, zoom, None);
}

fn rim(width: f64) -> Stroke {
    Stroke {
        width: width as f32,
        line_join: LineJoin::Round,
        ..Stroke::default()
    }
}

fn path(points: &[Place]) -> Option<Path> {
    let mut path = PathBuilder::new();
    for (place, (x, y)) in points.iter().enumerate() {
        if place == 0 {
            path.move_to(*x as f32, *y as f32);
        } else {
            path.line_to(*x as f32, *y as f32);
        }
    }
    path.finish()
}

fn colour(ink: Ink) -> Color {
    let [red, green, blue] = ink.colour(false);
    Color::from_rgba8(red, green, blue, u8::MAX)
}

fn paint(ink: Ink) -> Paint<'static> {
    let mut paint = Paint {
        anti_alias: true,
        ..Paint::default()
    };
    paint.set_color(colour(ink));
    paint
}
