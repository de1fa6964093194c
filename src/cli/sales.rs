//! `kioskd sales`: what was sold, and what became of one sale.

use serde::Deserialize;

use crate::cli::{Environment, Exit, SocketArguments, complain_of, control, print};
use crate::daemon::control::{SaleDocument, SaleEntry};
use crate::ids::SaleId;

#[derive(clap::Args)]
pub(super) struct Arguments {
    /// The sale to tell; without it, sales are listed
    #[arg(value_name = "ID")]
    id: Option<String>,
    /// Only sales that are not over
    #[arg(long, conflicts_with = "id")]
    open: bool,
    /// How many sales to list, newest first
    #[arg(long, default_value_t = 50, value_name = "N")]
    limit: u32,
    /// Print the daemon's own document
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    socket: SocketArguments,
}

#[derive(Deserialize)]
struct List {
    sales: Vec<SaleEntry>,
}

pub(super) fn run(arguments: &Arguments, environment: &Environment) -> Exit {
    let result = match &arguments.id {
        None => list(arguments, environment),
        Some(id) => match SaleId::new(id.clone()) {
            Ok(id) => story(arguments, environment, &id),
            Err(error) => {
                complain_of(&format!("kioskd: {error}"));
                return Exit::Usage;
            }
        },
    };
    match result {
        Ok(text) => {
            print(&text);
            Exit::Done
        }
        Err(exit) => exit,
    }
}

fn list(arguments: &Arguments, environment: &Environment) -> Result<String, Exit> {
    let path = format!("/v1/sales?open={}&limit={}", arguments.open, arguments.limit);
    let (list, value) = control::read::<List>(&arguments.socket, environment, &path)?;
    if arguments.json {
        return Ok(format!("{value:#}\n"));
    }
    if list.sales.is_empty() {
        return Ok("no sales\n".to_owned());
    }
    Ok(list.sales.iter().map(line).collect())
}

fn line(sale: &SaleEntry) -> String {
    let state = sale.outcome.as_deref().unwrap_or(&sale.phase);
    let mut text = format!(
        "{}  {}  {:<8} {:>12}  {}\n",
        sale.opened_at,
        sale.id,
        sale.product,
        sale.amount.to_string(),
        state
    );
    let Some(waiting) = &sale.waiting else { return text };
    text.push_str(&format!("    {}", waiting.doing));
    if let Some(trouble) = &waiting.trouble {
        text.push_str(&format!(": {trouble}"));
    }
    if let Some(next_try) = &waiting.next_try {
        text.push_str(&format!("; next try {next_try}"));
    }
    if let Some(deadline) = &waiting.deadline {
        text.push_str(&format!("; the hold lapses {deadline}"));
    }
    text.push('\n');
    text
}

fn story(arguments: &Arguments, environment: &Environment, id: &SaleId) -> Result<String, Exit> {
    let path = format!("/v1/sales/{id}");
    let (document, value) = control::read::<SaleDocument>(&arguments.socket, environment, &path)?;
    if arguments.json {
        return Ok(format!("{value:#}\n"));
    }
    let sale = &document.sale;
    let state = sale.outcome.as_deref().unwrap_or(&sale.phase);
    let mut text = format!("sale {}: {} for {}, {state}\n", sale.id, sale.product, sale.amount);
    if let Some(intent) = &sale.payment_intent {
        text.push_str(&format!("PaymentIntent {intent}\n"));
    }
    if let Some(damage) = &document.damage {
        text.push_str(&format!("DAMAGED: {damage}\n"));
    }
    for fact in &document.facts {
        text.push_str(&format!("  {}  {}\n", fact.at, fact.text));
    }
    Ok(text)
}
