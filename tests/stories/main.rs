//! Stories: the real program, a simulated Stripe over HTTP, and ptys for the boards. A file a
//! story.

#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot set up its bench may panic, and the line tells where"
)]

#[path = "../boards/mod.rs"]
mod boards;
mod machine;
#[path = "../../benches/past/mod.rs"]
mod past;
#[path = "../printer/mod.rs"]
mod printer;
mod process;
mod rig;
#[path = "../schema/mod.rs"]
mod schema;

mod a_part_came_out;
mod a_program_delivers;
mod charged_at_the_tap;
mod check_online;
mod chosen_on_the_reader;
mod commands;
mod config_against_files;
mod decided_by_people;
mod displays;
mod finds_what_was_left;
mod flushed_before_effects;
mod hardware;
mod inputs_that_are_not_there;
mod interac;
mod killed_at_each_step;
mod noise;
mod old_sales_go;
mod one_reader_one_controller;
mod out_of_service;
mod over_tls;
mod reader_display;
mod reloaded;
mod said_at_start;
mod sells_a_product;
mod snapshots;
mod sold_out;
mod speaks_stripes_language;
mod stops_when_told;
mod survives;
mod tickets_are_printed;
mod two_steps;
mod vending_bus;
mod watchdog;
mod what_the_journal_says;
