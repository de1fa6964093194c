//! Programs as dispensers: real ones, small shell scripts. Here and not beside the code, since a
//! process that is just being made holds for a moment what other tests have locked.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::{Duration, Instant};

use kioskd::dispenser::command::Program;
use kioskd::dispenser::{Answer, Begun, Device, Said, Vend};
use kioskd::ids::OrderId;
use kioskd::money::Money;
use kioskd::wiring::CommandDispenser;

use crate::script;

struct Bench {
    folder: tempfile::TempDir,
    program: Program,
}

impl Bench {
    fn of(script: &str, change: impl FnOnce(&mut CommandDispenser)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut settings = CommandDispenser {
            program: folder.path().join("vend"),
            arguments: ["{order}", "slot={slot}", "{product}", "{sale}", "{}"]
                .map(str::to_owned)
                .to_vec(),
            status: None,
            user: None,
            timeout: Duration::from_secs(20),
        };
        change(&mut settings);
        let bench = Self { folder, program: Program::new(settings) };
        bench.write("vend", script);
        bench
    }

    /// A script in the bench's folder, which it finds as `$HERE`.
    fn write(&self, name: &str, text: &str) {
        let here = self.folder.path().display();
        script::write(&self.folder.path().join(name), &format!("#!/bin/sh\nHERE={here}\n{text}\n"));
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.folder.path().join(name)).unwrap_or_default()
    }

    async fn connected(&mut self) {
        assert_eq!(self.next().await, Said::Connected);
    }

    async fn next(&mut self) -> Said {
        let patience = Duration::from_secs(30);
        tokio::time::timeout(patience, self.program.next()).await.expect("it says something")
    }

    async fn result(&mut self, id: &str) -> Said {
        assert_eq!(self.program.check(), Ok(()));
        assert_eq!(self.program.vend(&vend(id)).await, Begun::Whole);
        self.next().await
    }
}

fn vend(id: &str) -> Vend {
    Vend {
        id: OrderId::new(id).unwrap(),
        slot: "11".parse().unwrap(),
        sale: "sale1".parse().unwrap(),
        product: "A1".parse().unwrap(),
        name: "Cola \"light\"".to_owned(),
        price: Money::new(250, "usd".parse().unwrap()),
    }
}

fn fail(id: &str, reason: &str) -> Said {
    let answer = Answer::Fail { reason: reason.to_owned() };
    Said::Answers(vec![(OrderId::new(id).unwrap(), answer)])
}

fn unclear(id: &str, why: &str) -> Said {
    Said::Unclear { id: OrderId::new(id).unwrap(), why: why.to_owned() }
}

fn ok(id: &str) -> Said {
    Said::Answers(vec![(OrderId::new(id).unwrap(), Answer::Ok)])
}

#[tokio::test]
async fn it_is_told_the_order_and_nothing_of_the_daemon() {
    let mut bench = Bench::of(
        "cat > $HERE/input; echo \"$@\" > $HERE/arguments; /usr/bin/env > $HERE/environment
         pwd > $HERE/folder; /bin/ls /proc/self/fd > $HERE/descriptors",
        |_| {},
    );
    // What the daemon opens is not the program's. What it was itself started with is: from systemd
    // nothing, here perhaps something of whoever runs the tests.
    let given = given_at_start();
    let _open = fs::File::open("/dev/null").unwrap();
    bench.connected().await;
    assert_eq!(bench.result("o1").await, ok("o1"));
    assert_eq!(bench.read("arguments"), "o1 slot=11 A1 sale1 {}\n");
    let expected = r#"{"order":"o1","price":{"amount":250,"currency":"usd"},"product":{"code":"A1","name":"Cola \"light\""},"sale":"sale1","slot":"11"}"#;
    assert_eq!(bench.read("input").trim_end(), expected);
    assert_eq!(bench.read("folder"), "/\n");
    let environment = bench.read("environment");
    let names: Vec<&str> = environment
        .lines()
        .filter_map(|line| line.split_once('='))
        .map(|(name, _)| name)
        .filter(|name| !["PWD", "_", "SHLVL", "OLDPWD"].contains(name))
        .collect();
    assert!(names.len() == 2 && names.contains(&"PATH") && names.contains(&"LANG"), "{names:?}");
    // 3 is that of `ls` itself.
    let descriptors = bench.read("descriptors");
    let own = |fd: &&str| ["0", "1", "2", "3"].contains(fd);
    let inherited: Vec<&str> =
        descriptors.lines().filter(|fd| !own(fd) && !given.contains(&(*fd).to_owned())).collect();
    assert_eq!(inherited, Vec::<&str>::new());
}

/// The descriptors of this process that its children get.
fn given_at_start() -> Vec<String> {
    let kept = |name: &String| {
        let info = fs::read_to_string(format!("/proc/self/fdinfo/{name}")).unwrap_or_default();
        let flags = info.lines().find_map(|line| line.strip_prefix("flags:"));
        flags.is_some_and(|flags| {
            i32::from_str_radix(flags.trim(), 8).is_ok_and(|flags| flags & 0o2_000_000 == 0)
        })
    };
    let names = fs::read_dir("/proc/self/fd").unwrap();
    let names = names.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    names.filter(kept).collect()
}

#[tokio::test]
async fn its_exit_status_is_the_result_and_its_last_words_the_reason() {
    let script = "read -r order; case $1 in
         fine) exit 0;; jam) echo Trying >&2; echo 'paper out' >&2; exit 1;; mute) exit 3;;
         unsure) echo 'no sensor' >&2; exit 75;; dumb) exit 75;; shot) kill -9 $$;; esac";
    let mut bench = Bench::of(script, |_| {});
    bench.connected().await;
    for (id, said) in [
        ("fine", ok("fine")),
        ("jam", fail("jam", "paper out")),
        ("mute", fail("mute", "exit status 3")),
        ("unsure", unclear("unsure", "no sensor")),
        ("dumb", unclear("dumb", "it cannot tell")),
        ("shot", unclear("shot", "it ended with signal: 9 (SIGKILL)")),
    ] {
        assert_eq!(bench.result(id).await, said);
    }
}

#[tokio::test]
async fn one_that_takes_too_long_is_killed_with_its_children() {
    let script = "sleep 300 & echo $! > $HERE/child; echo $$ > $HERE/leader; wait";
    let mut bench = Bench::of(script, |settings| settings.timeout = Duration::from_secs(1));
    bench.connected().await;
    let begun = Instant::now();
    assert_eq!(bench.result("o1").await, unclear("o1", "it took more than 1 s"));
    assert!(begun.elapsed() < Duration::from_secs(10));
    is_gone(bench.folder.path(), "child").await;
    is_gone(bench.folder.path(), "leader").await;
    assert_eq!(bench.program.check(), Ok(()), "and it can be run again");
}

#[tokio::test]
async fn what_it_leaves_behind_is_killed_and_waited_for_by_nobody() {
    // The child keeps standard error open.
    let mut bench = Bench::of("sleep 300 & echo $! > $HERE/child; exit 0", |_| {});
    bench.connected().await;
    let begun = Instant::now();
    assert_eq!(bench.result("o1").await, ok("o1"));
    assert!(begun.elapsed() < Duration::from_secs(10));
    is_gone(bench.folder.path(), "child").await;
}

#[tokio::test]
async fn it_does_not_outlive_a_daemon_that_ends_in_good_order() {
    let mut bench = Bench::of("echo $$ > $HERE/leader; sleep 300", |_| {});
    bench.connected().await;
    assert_eq!(bench.program.vend(&vend("o1")).await, Begun::Whole);
    let begun = Instant::now();
    while bench.read("leader").trim().is_empty() {
        tokio::select! {
            said = bench.program.next() => panic!("{said:?}"),
            () = tokio::time::sleep(Duration::from_millis(20)) => {}
        }
        assert!(begun.elapsed() < Duration::from_secs(20));
    }
    let Bench { folder, program } = bench;
    drop(program);
    is_gone(folder.path(), "leader").await;
}

#[tokio::test]
async fn one_that_floods_its_standard_error_is_neither_stopped_nor_kept() {
    let script = "i=0; while [ $i -lt 3000 ]; do echo 'a line that nobody needs to read' >&2
         i=$((i+1)); done; echo 'the end' >&2; exit 4";
    let mut bench = Bench::of(script, |_| {});
    bench.connected().await;
    assert_eq!(bench.result("o1").await, fail("o1", "the end"));
}

#[tokio::test(start_paused = true)]
async fn it_is_looked_for_before_a_sale_and_again_and_again() {
    let mut bench = Bench::of("exit 0", |_| {});
    let path = bench.folder.path().join("vend");
    let why = |said: Said| {
        let Said::Disconnected { why } = said else { panic!("{said:?}") };
        why
    };
    assert!(bench.program.check().is_err());
    bench.connected().await;
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
    let gone = why(bench.next().await);
    assert!(gone.contains("cannot be run: Permission denied"), "{gone}");
    assert_eq!(bench.program.check(), Err(gone));
    fs::remove_file(&path).unwrap();
    let gone = why(bench.next().await);
    assert!(gone.contains("No such file"), "{gone}");
    fs::create_dir(&path).unwrap();
    assert!(why(bench.next().await).contains("is no file"));
    fs::remove_dir(&path).unwrap();
    bench.write("vend", "exit 0");
    bench.connected().await;
}

#[tokio::test]
async fn one_that_vanishes_just_before_was_never_run_and_is_away() {
    let mut bench = Bench::of("exit 0", |_| {});
    bench.connected().await;
    fs::remove_file(bench.folder.path().join("vend")).unwrap();
    let begun = bench.program.vend(&vend("o1")).await;
    let Begun::Not { why } = begun else { panic!("{begun:?}") };
    assert!(why.contains("cannot be run: No such file"), "{why}");
    assert_eq!(bench.next().await, Said::Disconnected { why });
    // A script whose interpreter is not there is executable and cannot be run.
    let mut bench = Bench::of("", |_| {});
    bench.connected().await;
    script::write(&bench.folder.path().join("vend"), "#!/nowhere/python\n");
    assert!(matches!(bench.program.vend(&vend("o1")).await, Begun::Not { .. }));
}

#[tokio::test]
async fn one_that_can_be_asked_is_believed_and_a_broken_one_is_not() {
    let status = "case $1 in done) exit 0;; failed) echo 'no paper' >&2; exit 10;;
         never) exit 11;; busy) exit 12;; esac; exit ${1#x}";
    let mut bench = Bench::of("exit 0", |settings| {
        let path = settings.program.with_file_name("status");
        settings.status = Some((path, vec!["{order}".to_owned()]));
    });
    bench.write("status", status);
    bench.connected().await;
    for (id, answer) in [
        ("done", Answer::Done),
        ("failed", Answer::Failed { reason: "no paper".to_owned() }),
        ("never", Answer::Unknown),
        ("busy", Answer::Busy),
    ] {
        let id = OrderId::new(id).unwrap();
        bench.program.ask(&id).await;
        assert_eq!(bench.next().await, Said::Answers(vec![(id, answer)]));
    }
    for broken in ["x1", "x2", "x126", "x127"] {
        bench.program.ask(&OrderId::new(broken).unwrap()).await;
        let quiet = tokio::time::timeout(Duration::from_secs(1), bench.program.next()).await;
        assert!(quiet.is_err(), "{quiet:?}");
    }
}

#[tokio::test]
async fn one_order_at_a_time() {
    let mut bench = Bench::of("sleep 1; exit 0", |_| {});
    bench.connected().await;
    assert_eq!(bench.program.vend(&vend("o1")).await, Begun::Whole);
    assert_eq!(bench.program.check(), Err("it is still at order o1".to_owned()));
    assert_eq!(bench.next().await, ok("o1"));
    assert_eq!(bench.program.check(), Ok(()));
}

/// The process whose number stands in this file is no more, or waits only to be buried.
async fn is_gone(folder: &Path, name: &str) {
    let process = fs::read_to_string(folder.join(name)).unwrap_or_default();
    let status = format!("/proc/{}/stat", process.trim());
    for _ in 0..200 {
        match fs::read_to_string(&status) {
            Err(_) => return,
            Ok(text) if text.contains(") Z ") => return,
            Ok(_) => tokio::time::sleep(Duration::from_millis(50)).await,
        }
    }
    panic!("{name} still runs");
}
