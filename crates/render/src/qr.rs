//! QR codes: drawn as paths in a PDF, as dots in an editable file.

use qrcode::render::svg;
use qrcode::{Color, EcLevel, QrCode};

use crate::problem::Refusal;

/// Pixels of a module in a picture: printed at 3 cm it has more than 300 dots an inch.
const MODULE_PX: u32 = 10;
/// Empty modules around it. Source: ISO/IEC 18004.
const QUIET: u32 = 4;

/// A QR code of correction level M: a fold or a drop of paint does not break it.
pub(crate) struct Qr(QrCode);

impl Qr {
    /// Errors: more than fits.
    pub(crate) fn new(content: &str) -> Result<Self, Refusal> {
        let code = QrCode::with_error_correction_level(content.as_bytes(), EcLevel::M);
        code.map(Self).map_err(|_| Refusal::QrTooLong { bytes: content.len() })
    }

    pub(crate) fn svg(&self) -> String {
        self.0.render::<svg::Color<'_>>().quiet_zone(true).build()
    }

    /// A grey PNG and its side in pixels.
    pub(crate) fn png(&self) -> Option<(Vec<u8>, u32)> {
        let modules = u32::try_from(self.0.width()).ok()?;
        let side = (modules + 2 * QUIET) * MODULE_PX;
        let dots = image::GrayImage::from_fn(side, side, |x, y| {
            let at = |pixel: u32| (pixel / MODULE_PX).checked_sub(QUIET).filter(|module| *module < modules);
            let dark = match (at(x), at(y)) {
                (Some(x), Some(y)) => self.0[(x as usize, y as usize)] == Color::Dark,
                _ => false,
            };
            image::Luma([if dark { 0 } else { 255 }])
        });
        let mut png = std::io::Cursor::new(Vec::new());
        dots.write_to(&mut png, image::ImageFormat::Png).ok()?;
        Some((png.into_inner(), side))
    }
}
