//! The symbols of small displays, dot by dot: one for each kind of news.

use embedded_graphics::primitives::Rectangle;

use crate::display::bitmap::Bitmap;
use crate::display::picture::small::each;
use crate::display::words::Mood;

/// Columns and rows of a symbol.
pub const SYMBOL: (u32, u32) = (15, 13);

type Rows = [&'static str; 13];

/// Draws the symbol of a kind of news.
pub fn symbol(mood: Mood, area: &Rectangle, bitmap: &mut Bitmap) {
    let rows = match mood {
        Mood::Inviting => KEYS,
        Mood::Asking => CARD,
        Mood::Waiting => HOURGLASS,
        Mood::Glad => TICK,
        Mood::Sorry => CROSS,
        Mood::Closed => NO_ENTRY,
    };
    let is_lit = |x: u32, y: u32| {
        let at = (usize::try_from(x), usize::try_from(y));
        let (Ok(x), Ok(y)) = at else { return false };
        rows.get(y).and_then(|row| row.as_bytes().get(x)).is_some_and(|dot| *dot == b'#')
    };
    each(area, is_lit, bitmap);
}

/// Keys to press.
const KEYS: Rows = [
    " ###  ###  ### ",
    " ###  ###  ### ",
    " ###  ###  ### ",
    "               ",
    "               ",
    " ###  ###  ### ",
    " ###  ###  ### ",
    " ###  ###  ### ",
    "               ",
    "               ",
    " ###  ###  ### ",
    " ###  ###  ### ",
    " ###  ###  ### ",
];

/// A card towards its reader.
const CARD: Rows = [
    "            #  ",
    "          #  # ",
    "########  ## # ",
    "########   # ##",
    "           #  #",
    "########   #  #",
    "########   #  #",
    "##   ###   #  #",
    "########   # ##",
    "########  ## # ",
    "          #  # ",
    "            #  ",
    "               ",
];

/// An hourglass.
const HOURGLASS: Rows = [
    "  ###########  ",
    "   #       #   ",
    "   #       #   ",
    "   # ##### #   ",
    "    # ### #    ",
    "     # # #     ",
    "      # #      ",
    "     #   #     ",
    "    #  #  #    ",
    "   #   #   #   ",
    "   #  ###  #   ",
    "   # ##### #   ",
    "  ###########  ",
];

/// A tick.
const TICK: Rows = [
    "             ##",
    "            ###",
    "           ### ",
    "           ### ",
    "          ###  ",
    "         ###   ",
    "##       ###   ",
    "###     ###    ",
    " ###   ###     ",
    "  ### ####     ",
    "   #####       ",
    "    ####       ",
    "     ##        ",
];

/// A cross.
const CROSS: Rows = [
    " ##         ## ",
    " ###       ### ",
    "  ###     ###  ",
    "   ###   ###   ",
    "    ### ###    ",
    "     #####     ",
    "      ###      ",
    "     #####     ",
    "    ### ###    ",
    "   ###   ###   ",
    "  ###     ###  ",
    " ###       ### ",
    " ##         ## ",
];

/// A bar in a disc.
const NO_ENTRY: Rows = [
    "     #####     ",
    "   #########   ",
    "  ###########  ",
    " ############# ",
    " ############# ",
    " ##         ## ",
    " ##         ## ",
    " ##         ## ",
    " ############# ",
    " ############# ",
    "  ###########  ",
    "   #########   ",
    "     #####     ",
];
