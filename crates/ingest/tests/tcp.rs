//! A device simulator over real TCP: what is confirmed is kept, once; what is broken is denied; who talks nonsense or
//! nothing holds up nobody.

use std::net::SocketAddr;
use std::time::Duration;

use app::{App, Caller, Clock};
use domain::ids::TownCode;
use domain::time::Timestamp;
use ingest::{Intake, Limits, listen};
use protocol::gb26875::{Command, Frame, Object, Stamp, Unit, decode, dialect};
use testkit::{Fresh, both_databases};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

struct Still;

impl Clock for Still {
    fn now(&self) -> Timestamp {
        Timestamp(1_790_000_000_000)
    }
}

fn stamp(at: Timestamp) -> Stamp {
    Stamp::parse(at.to_rfc3339().get(..19).unwrap_or_default()).unwrap_or(Stamp([0; 6]))
}

fn alarm(source: u64, sequence: u16) -> Frame {
    let time = stamp(Still.now());
    Frame {
        sequence,
        version: (1, 1),
        time,
        source,
        destination: 1,
        command: Command::Send,
        data: Unit::of(21, vec![Object::DeviceState(0b10, time)]).encode(),
    }
}

async fn open(fresh: &Fresh) -> anyhow::Result<App> {
    let blobs = fresh.keys().with_file_name("blobs");
    let town = TownCode::from("500118100000");
    Ok(App::open(&fresh.url, &fresh.keys(), &blobs, std::sync::Arc::new(Still), town).await?)
}

async fn door(app: &App, limits: Limits) -> anyhow::Result<SocketAddr> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let at = listener.local_addr()?;
    tokio::spawn(listen(app.clone(), listener, Intake::start(app.clone()), limits));
    Ok(at)
}

/// Reads frames until so many came.
async fn answers(stream: &mut TcpStream, n: usize) -> anyhow::Result<Vec<Frame>> {
    let mut bytes = Vec::new();
    let mut piece = [0; 4096];
    loop {
        let (frames, _) = decode(&bytes, dialect::standard());
        if frames.len() >= n {
            return Ok(frames);
        }
        let read = tokio::time::timeout(Duration::from_secs(20), stream.read(&mut piece)).await??;
        anyhow::ensure!(read > 0, "closed after {} answers", frames.len());
        bytes.extend_from_slice(piece.get(..read).unwrap_or_default());
    }
}

#[tokio::test]
async fn what_is_confirmed_is_kept_once_and_what_is_broken_is_denied() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let app = open(&fresh).await?;
        let at = door(&app, Limits::default()).await?;
        let mut device = TcpStream::connect(at).await?;
        let mut sent: Vec<u8> = (0..100).flat_map(|n| alarm(889, n).encode()).collect();
        sent.extend(b"garbage");
        sent.extend(alarm(889, 7).encode());
        let mut wrong = alarm(889, 200).encode();
        if let Some(byte) = wrong.get_mut(28) {
            *byte ^= 0xff;
        }
        sent.extend(wrong);
        device.write_all(&sent).await?;
        let told = answers(&mut device, 102).await?;
        let confirmed: Vec<u16> =
            told.iter().filter(|one| one.command == Command::Confirm).map(|one| one.sequence).collect();
        assert_eq!(confirmed, (0..100).chain([7]).collect::<Vec<_>>(), "in order, the copy, too");
        assert_eq!(told.last().map(|one| (one.command, one.sequence)), Some((Command::Deny, 200)));
        assert!(told.iter().all(|one| one.destination == 889 && one.source == 1));
        let counts = app.db.read(&app.town).await?.raw_signal_counts(Timestamp(0)).await?;
        let count = |problem: &str| counts.get(&("gb26875".to_owned(), problem.to_owned())).copied();
        assert_eq!((count(""), count("frame.checksum")), (Some(100), Some(1)));
        while app.digest_signals(&Caller::system(), 500).await? > 0 {}
        let counts = app.db.read(&app.town).await?.raw_signal_counts(Timestamp(0)).await?;
        assert_eq!(counts.get(&("gb26875".to_owned(), "signal.unknown_device".to_owned())), Some(&100));
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_clock_that_is_off_is_set_right_and_only_we_command() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let app = open(&fresh).await?;
        let at = door(&app, Limits::default()).await?;
        let mut device = TcpStream::connect(at).await?;
        let late = Frame { time: stamp(Still.now().plus_ms(-86_400_000)), ..alarm(889, 1) };
        device.write_all(&late.encode()).await?;
        device.write_all(&Frame { command: Command::Control, ..alarm(889, 2) }.encode()).await?;
        let told = answers(&mut device, 3).await?;
        let commands: Vec<Command> = told.iter().map(|one| one.command).collect();
        assert_eq!(commands, [Command::Control, Command::Confirm, Command::Deny]);
        let clock = told.first().and_then(|one| Unit::decode(&one.data)).map(|unit| unit.objects);
        assert_eq!(clock, Some(vec![Object::Time(stamp(Still.now()))]));
        Ok(())
    })
    .await
}

#[tokio::test]
async fn who_says_nothing_or_nonsense_holds_up_nobody() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let app = open(&fresh).await?;
        let limits = Limits { of_one: 40, first: Duration::from_millis(800), broken: 5, ..Limits::default() };
        let at = door(&app, limits).await?;
        let mut good = TcpStream::connect(at).await?;
        good.write_all(&alarm(1, 0).encode()).await?;
        assert_eq!(answers(&mut good, 1).await?.len(), 1);
        let mut idle = Vec::new();
        for _ in 0..39 {
            let mut one = TcpStream::connect(at).await?;
            // Half a frame, and then nothing.
            one.write_all(alarm(2, 0).encode().get(..10).unwrap_or_default()).await?;
            idle.push(one);
        }
        let mut refused = TcpStream::connect(at).await?;
        assert_eq!(refused.read(&mut [0; 8]).await.unwrap_or(0), 0, "one too many");
        good.write_all(&alarm(1, 1).encode()).await?;
        assert_eq!(answers(&mut good, 1).await?.len(), 1, "who was inside goes on");
        for one in &mut idle {
            let read = tokio::time::timeout(Duration::from_secs(10), one.read(&mut [0; 8])).await?;
            assert_eq!(read.unwrap_or(0), 0, "patience is over");
        }
        let mut mad = TcpStream::connect(at).await?;
        mad.write_all(&alarm(3, 0).encode()).await?;
        answers(&mut mad, 1).await?;
        let mut wrong = alarm(3, 1).encode();
        if let Some(byte) = wrong.get_mut(28) {
            *byte ^= 0xff;
        }
        mad.write_all(&wrong.repeat(10)).await?;
        let mut rest = Vec::new();
        let ended = tokio::time::timeout(Duration::from_secs(10), mad.read_to_end(&mut rest)).await;
        assert!(ended.is_ok(), "nonsense is not listened to for ever");
        good.write_all(&alarm(1, 2).encode()).await?;
        assert_eq!(answers(&mut good, 1).await?.len(), 1);
        Ok(())
    })
    .await
}
