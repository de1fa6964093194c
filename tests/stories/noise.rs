//! A cable beside a motor: on every port there is rubbish, and a sale runs.

use std::fs;
use std::time::{Duration, Instant};

use crate::boards::vending::VendingMachine;
use crate::rig::{PRICE, Rig, VISA, wait_for};

/// How long there is noise, of some ten thousand bytes a second on each port.
const NOISY_FOR: Duration = Duration::from_secs(4);

/// How long the daemon has had the processor, in hundredths of a second (`proc_pid_stat(5)`).
fn processor_time(rig: &Rig) -> u64 {
    let stat = fs::read_to_string(format!("/proc/{}/stat", rig.daemon_pid())).unwrap();
    let (_, fields) = stat.rsplit_once(") ").unwrap();
    let fields: Vec<&str> = fields.split(' ').collect();
    fields[11].parse::<u64>().unwrap() + fields[12].parse::<u64>().unwrap()
}

#[test]
fn on_every_port_there_is_noise_and_one_sale_is_made() {
    let (mut rig, machine) = (Rig::without_daemon(), VendingMachine::new());
    machine.plug_in();
    rig.configure(&format!(
        "[product.B1]\nname = \"Tea\"\nprice = \"1.00\"\nslot = \"5\"\ndispenser = \"bus\"\n\
         [product.A1]\ndispenser = \"main\"\n\
         [input.bus]\nkind = \"mdb\"\ndevice = \"{}\"\n[dispenser.bus]\nkind = \"mdb\"\n",
        machine.device().display()
    ));
    rig.start();
    rig.keypad.press("A1");
    rig.wait_for_prompt();
    let (mut random, mut sent) = (fastrand::Rng::with_seed(11), 0_u32);
    let (before, begun) = (processor_time(&rig), Instant::now());
    while begun.elapsed() < NOISY_FOR {
        let bytes: Vec<u8> = (0..100).map(|_| random.u8(..)).collect();
        rig.keypad.send_bytes(&bytes);
        machine.make_noise(&bytes);
        sent += 100;
        std::thread::sleep(Duration::from_millis(9));
    }
    let took = Duration::from_millis(10 * (processor_time(&rig) - before));
    assert!(sent > 20_000, "{sent} bytes are no noise");
    assert!(took < begun.elapsed() / 2, "{took:?} of the processor in {NOISY_FOR:?}");
    rig.tap(VISA);
    assert_eq!(rig.outcomes(), ["sold"]);
    assert_eq!(rig.sales().len(), 1, "nobody else has chosen anything");
    // What is left of a line is dropped with the next line's end.
    rig.keypad.send_bytes(b"\n");
    rig.keypad.press("A1");
    rig.tap(VISA);
    wait_for("the second sale", || (rig.outcomes().len() == 2).then_some(()));
    let received: u64 = rig.books().payment_intents.iter().map(|it| it.amount_received).sum();
    assert_eq!(received, 2 * PRICE);
    assert!(machine.approved().is_empty());
    rig.audit();
}
