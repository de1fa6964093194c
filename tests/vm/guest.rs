//! The virtual machine: how it is started, and a hand in it.

use std::fs;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::life::{Life, now};

/// From power-on to the agent's first word, on a loaded machine without KVM.
const BOOTS_WITHIN: Duration = Duration::from_mins(4);

/// No command takes longer: the longest unpacks a package.
const PATIENCE: Duration = Duration::from_mins(3);

/// Width and height of its screen.
pub const SCREEN: (u32, u32) = (1280, 800);

/// What the machine is made of, and what it hangs on.
pub struct Hardware {
    /// Where the kernel and the initial root are.
    pub built: PathBuf,
    /// Its disks, sockets and logs.
    pub folder: PathBuf,
    /// The ends of its serial cables.
    pub keypad: PathBuf,
    /// The same of the dispenser's.
    pub dispenser: PathBuf,
    /// Where its way to Stripe ends.
    pub stripe: SocketAddr,
    /// Where its control socket comes out.
    pub control: SocketAddr,
}

/// A port of loopback that nobody has.
pub fn free_port() -> SocketAddr {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap()
}

impl Hardware {
    /// The processor is emulated: KVM is not everywhere.
    fn command(&self) -> Command {
        let mut qemu = Command::new("qemu-system-x86_64");
        let path = |folder: &Path, name: &str| folder.join(name).display().to_string();
        let file = |name| path(&self.folder, name);
        let disk = |name, more| format!("file={},if=virtio,format=raw,{more}", file(name));
        let cable = |name, device: &Path| format!("serial,id={name},path={}", device.display());
        let plug = |name| format!("usb-serial,chardev={name},serial={name}");
        let screen = format!("bochs-display,xres={},yres={}", SCREEN.0, SCREEN.1);
        let net = format!(
            "user,model=virtio-net-pci,restrict=on,hostfwd=tcp:{}-:8080,\
             guestfwd=tcp:10.0.2.100:80-cmd:nc {} {}",
            self.control,
            self.stripe.ip(),
            self.stripe.port(),
        );
        qemu.args(["-accel", "tcg,thread=multi", "-cpu", "max", "-m", "768", "-smp", "2"])
            .args(["-display", "none", "-no-reboot", "-monitor", "none", "-nodefaults"])
            .args(["-kernel", &path(&self.built, "vmlinuz")])
            .args(["-initrd", &path(&self.built, "initrd")])
            .args(["-append", "root=/dev/vda rw console=ttyS0 quiet"])
            .args(["-serial", &format!("file:{}", file("console.log"))])
            // Past the host's cache: what the guest flushed outlives it, and nothing else has to.
            .args(["-drive", &disk("system.img", "cache=none")])
            .args(["-drive", &disk("state.img", "cache=directsync")])
            .args(["-drive", &disk("cargo.img", "readonly=on")])
            .args(["-nic", &net])
            .args(["-device", &screen])
            .args(["-qmp", &format!("unix:{},server=on,wait=off", file("monitor"))])
            .args(["-device", "qemu-xhci"])
            .args(["-chardev", &cable("keypad", &self.keypad)])
            .args(["-device", &plug("keypad")])
            .args(["-chardev", &cable("dispenser", &self.dispenser)])
            .args(["-device", &plug("dispenser")])
            .args(["-device", "virtio-serial"])
            .args(["-chardev", &format!("socket,id=agent,path={}", file("agent"))])
            .args(["-device", "virtserialport,chardev=agent,name=agent"]);
        qemu
    }

    /// Has the emulator write what stands on the screen into a file.
    pub fn dump_screen(&self, file: &Path) -> io::Result<()> {
        let mut stream = UnixStream::connect(self.folder.join("monitor"))?;
        stream.set_read_timeout(Some(PATIENCE))?;
        let orders = [
            json!({"execute": "qmp_capabilities"}),
            json!({"execute": "screendump", "arguments": {"filename": file}, "id": "dump"}),
        ];
        for order in orders {
            writeln!(stream, "{order}")?;
        }
        for line in BufReader::new(stream).lines() {
            let answer: Value = serde_json::from_str(&line?)?;
            if answer["id"] == "dump" {
                let is_done = answer["error"].is_null();
                return if is_done { Ok(()) } else { Err(io::Error::other(answer.to_string())) };
            }
        }
        Err(io::ErrorKind::UnexpectedEof.into())
    }

    /// Powers on; returns when the system is up so far that it does what it is told.
    pub fn boot(&self, life: &Life) -> Guest {
        let socket = self.folder.join("agent");
        drop(fs::remove_file(&socket));
        let listener = UnixListener::bind(&socket).unwrap();
        listener.set_nonblocking(true).unwrap();
        life.start_as(&mut self.command(), "qemu.log");
        let deadline = Instant::now() + BOOTS_WITHIN;
        let stream = loop {
            if let Ok((stream, _)) = listener.accept() {
                break stream;
            }
            let log = || fs::read_to_string(self.folder.join("qemu.log")).unwrap_or_default();
            let ended = life.ended_by_itself();
            assert!(ended.is_none() && Instant::now() < deadline, "QEMU ended: {}", log());
            std::thread::sleep(Duration::from_millis(20));
        };
        stream.set_nonblocking(false).unwrap();
        stream.set_read_timeout(Some(BOOTS_WITHIN)).unwrap();
        let mut guest = Guest { answers: BufReader::new(stream.try_clone().unwrap()), stream };
        let mut line = String::new();
        let read = guest.answers.read_line(&mut line);
        assert!(line == "hello\n", "the guest does not come up: {read:?} {line:?}");
        let time = now();
        let time = format!("{}.{:03}\n", time / 1000, time % 1000);
        guest.stream.write_all(time.as_bytes()).unwrap();
        guest.stream.set_read_timeout(Some(PATIENCE)).unwrap();
        guest
    }
}

/// A hand in the guest, as root.
pub struct Guest {
    answers: BufReader<UnixStream>,
    stream: UnixStream,
}

/// How a command ended.
#[derive(Debug)]
pub struct Output {
    /// Its exit code.
    pub code: i32,
    /// What it wrote, errors included.
    pub text: String,
}

impl Guest {
    /// Runs a line of bash.
    pub fn run(&mut self, command: &str) -> Output {
        let (code, bytes) = self.bytes_of(command);
        Output { code, text: String::from_utf8_lossy(&bytes).into_owned() }
    }

    /// The same, of what must end with 0.
    #[track_caller]
    pub fn must(&mut self, command: &str) -> String {
        let Output { code, text } = self.run(command);
        assert!(code == 0, "in the guest: {command}\nended with {code}: {text}");
        text
    }

    /// The same, in bytes.
    pub fn bytes_of(&mut self, command: &str) -> (i32, Vec<u8>) {
        self.stream.write_all(command.as_bytes()).unwrap();
        self.stream.write_all(b"\0").unwrap();
        let mut head = String::new();
        self.answers.read_line(&mut head).unwrap();
        let numbers = head.trim().split_once(' ');
        let (code, length) = numbers.unwrap_or_else(|| panic!("{command}: {head:?}"));
        let mut bytes = vec![0; length.parse().unwrap()];
        self.answers.read_exact(&mut bytes).unwrap();
        (code.parse().unwrap(), bytes)
    }
}
