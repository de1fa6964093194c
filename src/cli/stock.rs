//! `kioskd stock`: what is left, and what was filled.

use crate::cli::{Environment, Exit, SocketArguments, control, print};
use crate::daemon::control::StockOrder;
use crate::ids::ProductCode;
use crate::kiosk::stock::{MOST, StockDocument, StockEntry};

#[derive(clap::Args)]
#[command(
    long_about = "List how many are left of each product that is counted (`stock` in the \
        configuration), or say what was filled.\n\n\
        `kioskd stock A1 12` says that there are 12 of A1 now, `kioskd stock A1 +6` that 6 more were \
        put in, and `kioskd stock --all` that everything is filled up to its `stock`. The list that \
        follows is on disk.\n\n\
        Each product that comes out counts as gone, and so does one of which nobody knows whether it \
        came out. What `kioskd hardware fire` lets out is not counted.",
    after_help = "Exit codes: 0 done, 1 refused, or not on disk yet, 2 usage, 69 daemon not reachable."
)]
pub(super) struct Arguments {
    /// The product
    #[arg(value_name = "CODE", requires = "count")]
    code: Option<ProductCode>,
    /// How many there are now, or +N for how many more
    #[arg(value_name = "COUNT", value_parser = count)]
    count: Option<Count>,
    /// Everything was filled up to the configuration's `stock`
    #[arg(long, conflicts_with = "code")]
    all: bool,
    /// Print the daemon's own document
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    socket: SocketArguments,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Count {
    Set(u32),
    Add(u32),
}

pub(super) fn run(arguments: &Arguments, environment: &Environment) -> Exit {
    let order = match (&arguments.code, arguments.count) {
        (Some(code), Some(Count::Set(left))) => {
            Some(StockOrder { code: Some(code.clone()), set: Some(left), ..StockOrder::default() })
        }
        (Some(code), Some(Count::Add(more))) => {
            Some(StockOrder { code: Some(code.clone()), add: Some(more), ..StockOrder::default() })
        }
        (Some(_) | None, _) => {
            arguments.all.then(|| StockOrder { all: true, ..StockOrder::default() })
        }
    };
    let path = "/v1/stock";
    let answer = match order {
        Some(order) => {
            control::order::<serde_json::Value>(&arguments.socket, environment, path, &order)
        }
        None => control::read::<serde_json::Value>(&arguments.socket, environment, path)
            .map(|(_, value)| value),
    };
    let value = match answer {
        Ok(value) => value,
        Err(exit) => return exit,
    };
    print(&match serde_json::from_value::<StockDocument>(value.clone()) {
        Ok(document) if !arguments.json => page(&document),
        // A daemon of another version may say more, or less.
        Ok(_) | Err(_) => format!("{value:#}\n"),
    });
    Exit::Done
}

fn count(text: &str) -> Result<Count, String> {
    let (digits, make): (&str, fn(u32) -> Count) = match text.strip_prefix('+') {
        Some(digits) => (digits, Count::Add),
        None => (text, Count::Set),
    };
    let plain = digits.bytes().all(|byte| byte.is_ascii_digit());
    let count = digits.parse().ok().filter(|count| plain && *count <= MOST);
    count.map(make).ok_or_else(|| format!("a count is 0 to {MOST}, or + and such a number"))
}

fn page(document: &StockDocument) -> String {
    if document.products.is_empty() {
        return "no product is counted (stock in the configuration)\n".to_owned();
    }
    document.products.iter().map(line).collect()
}

fn line(entry: &StockEntry) -> String {
    let StockEntry { code, name, left, of, filled_at, filled_by } = entry;
    let mut line = format!("{code:<8} {left:>6} of {of:<6}  {name}");
    if *left == 0 {
        line.push_str(", SOLD OUT");
    }
    match (filled_at, filled_by) {
        (Some(at), Some(by)) => line.push_str(&format!("  (set by {by}, {at})\n")),
        (Some(_) | None, _) => line.push('\n'),
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_count_is_a_number_or_so_many_more() {
        assert_eq!(count("0"), Ok(Count::Set(0)));
        assert_eq!(count("100000"), Ok(Count::Set(MOST)));
        assert_eq!(count("+6"), Ok(Count::Add(6)));
        for wrong in ["", "+", "-1", "++1", "1.5", "100001", "99999999999999999999", " 1", "six"] {
            assert!(count(wrong).is_err(), "{wrong}");
        }
    }
}
