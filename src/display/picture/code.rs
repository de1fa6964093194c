//! Codes to be scanned (QR, ISO/IEC 18004).

use qrcode::{Color, EcLevel, QrCode};

/// A code, and how large each of its modules is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Code {
    /// Modules in a row, without the quiet zone.
    modules: u32,
    dark: Vec<bool>,
    /// Pixels of one module.
    pub scale: u32,
}

/// The light margin that a scanner needs, in modules.
pub const QUIET: u32 = 4;

impl Code {
    /// The code of a text, as large as fits into `side` pixels, with at least `least` pixels a
    /// module; none if it does not fit.
    pub fn fitted(text: &str, side: u32, least: u32) -> Option<Self> {
        let small = QrCode::with_error_correction_level(text, EcLevel::L).ok()?;
        // A code that withstands more is taken where it is no larger.
        let stronger = [EcLevel::Q, EcLevel::M].into_iter().find_map(|level| {
            let code = QrCode::with_error_correction_level(text, level).ok()?;
            (code.width() == small.width()).then_some(code)
        });
        let code = stronger.unwrap_or(small);
        let modules = u32::try_from(code.width()).ok()?;
        let scale = side / (modules + 2 * QUIET);
        let dark = code.to_colors().into_iter().map(|color| color == Color::Dark).collect();
        (scale >= least).then_some(Self { modules, dark, scale })
    }

    /// Pixels from edge to edge, with the quiet zone.
    pub fn side(&self) -> u32 {
        (self.modules + 2 * QUIET) * self.scale
    }

    /// Whether the pixel at a place is dark.
    pub fn is_dark(&self, x: u32, y: u32) -> bool {
        let at = |pixel: u32| (pixel / self.scale).checked_sub(QUIET);
        let (Some(column), Some(row)) = (at(x), at(y)) else { return false };
        if column >= self.modules || row >= self.modules {
            return false;
        }
        let place = usize::try_from(row * self.modules + column);
        place.ok().and_then(|place| self.dark.get(place)).copied().unwrap_or(false)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_has_its_quiet_zone_and_its_three_corners() {
        let code = Code::fitted("HTTPS://EXAMPLE.COM/R/1", 200, 2).unwrap();
        assert!(code.side() <= 200 && code.scale >= 2);
        let corner = |column: u32, row: u32| {
            (0..7).all(|step| code.is_dark((column + step) * code.scale, row * code.scale))
        };
        assert!(corner(QUIET, QUIET));
        assert!(corner(QUIET, QUIET + code.modules - 1));
        assert!(corner(QUIET + code.modules - 7, QUIET));
        assert!((0..code.side()).all(|x| !code.is_dark(x, QUIET * code.scale - 1)));
    }

    #[test]
    fn a_code_that_would_be_too_fine_is_left_out() {
        let long = "https://pay.stripe.com/receipts/payment/".to_owned() + &"x".repeat(120);
        assert_eq!(Code::fitted(&long, 64, 2), None);
        assert!(Code::fitted(&long, 390, 3).is_some());
        assert_eq!(Code::fitted(&"x".repeat(5000), 3000, 1), None, "no code holds as much");
    }
}
