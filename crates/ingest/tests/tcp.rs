//! A device simulator over real TCP: what is confirmed is kept, once; what is broken is denied; who talks nonsense or
//! nothing holds up nobody.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use app::signal::view::SignalAsked;
use app::signal::{Incoming, mark_of};
use app::{App, Caller, Clock};
use domain::device::Provider;
use domain::ids::TownCode;
use domain::time::Timestamp;
use ingest::{Intake, Limits, listen};
use protocol::gb26875::{Command, Dialect, Frame, Object, Part, Stamp, System, Unit, decode, dialect};
use testkit::{Fresh, both_databases};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// A clock a test moves.
struct Moved(AtomicI64);

impl Clock for Moved {
    fn now(&self) -> Timestamp {
        Timestamp(self.0.load(Ordering::SeqCst))
    }
}

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
    open_by(fresh, Arc::new(Still)).await
}

async fn open_by(fresh: &Fresh, clock: Arc<dyn Clock>) -> anyhow::Result<App> {
    let blobs = fresh.keys().with_file_name("blobs");
    let town = TownCode::from("500118100000");
    Ok(App::open(&fresh.url, &fresh.keys(), &blobs, clock, town).await?)
}

async fn door(app: &App, limits: Limits) -> anyhow::Result<SocketAddr> {
    door_of(app, dialect::standard(), limits).await
}

async fn door_of(app: &App, spoken: &'static Dialect, limits: Limits) -> anyhow::Result<SocketAddr> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let at = listener.local_addr()?;
    tokio::spawn(listen(app.clone(), listener, spoken, Intake::start(app.clone()), limits));
    Ok(at)
}

/// Reads frames until so many came.
async fn answers(stream: &mut TcpStream, n: usize) -> anyhow::Result<Vec<Frame>> {
    answers_in(dialect::standard(), stream, n).await
}

async fn answers_in(
    spoken: &'static Dialect,
    stream: &mut TcpStream,
    n: usize,
) -> anyhow::Result<Vec<Frame>> {
    let mut bytes = Vec::new();
    let mut piece = [0; 4096];
    loop {
        let (frames, _) = decode(&bytes, spoken);
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
        // A length beyond the most, and a wrong end: their heads can be read, so they are denied, too.
        let mut long = alarm(889, 201).encode();
        if let Some(byte) = long.get_mut(25) {
            *byte = 0x05;
        }
        sent.extend(long);
        let mut open = alarm(889, 202).encode();
        if let Some(byte) = open.last_mut() {
            *byte = 0x24;
        }
        sent.extend(open);
        // A confirmation that is broken is not answered.
        let mut answer = Frame { command: Command::Confirm, ..alarm(889, 203) }.encode();
        if let Some(byte) = answer.get_mut(28) {
            *byte ^= 0xff;
        }
        sent.extend(answer);
        sent.extend(alarm(889, 8).encode());
        device.write_all(&sent).await?;
        let told = answers(&mut device, 105).await?;
        let confirmed: Vec<u16> =
            told.iter().filter(|one| one.command == Command::Confirm).map(|one| one.sequence).collect();
        assert_eq!(confirmed, (0..100).chain([7, 8]).collect::<Vec<_>>(), "in order, the copies, too");
        let denied: Vec<u16> =
            told.iter().filter(|one| one.command == Command::Deny).map(|one| one.sequence).collect();
        assert_eq!(denied, [200, 201, 202]);
        assert!(told.iter().all(|one| one.destination == 889 && one.source == 1));
        let counts = app.db.read(&app.town).await?.raw_signal_counts(Timestamp(0)).await?;
        let count = |problem: &str| counts.get(&("gb26875".to_owned(), problem.to_owned())).copied();
        assert_eq!((count(""), count("frame.checksum")), (Some(100), Some(2)));
        // Nothing of what is no frame is lost sight of, not even the half of one that a line ends in.
        assert_eq!(
            (count("frame.garbage"), count("frame.length"), count("frame.end")),
            (Some(1), Some(1), Some(1))
        );
        device.write_all(alarm(889, 9).encode().get(..20).unwrap_or_default()).await?;
        drop(device);
        let mut cut = None;
        for _ in 0..100 {
            let counts = app.db.read(&app.town).await?.raw_signal_counts(Timestamp(0)).await?;
            cut = counts.get(&("gb26875".to_owned(), "frame.cut".to_owned())).copied();
            if cut.is_some() {
                break;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        assert_eq!(cut, Some(1), "half a frame at the end of a line");
        while app.digest_signals(&Caller::system(), 500).await? > 0 {}
        let counts = app.db.read(&app.town).await?.raw_signal_counts(Timestamp(0)).await?;
        assert_eq!(counts.get(&("gb26875".to_owned(), "signal.unknown_device".to_owned())), Some(&100));
        Ok(())
    })
    .await
}

#[tokio::test]
async fn whoever_speaks_a_dialect_is_understood_and_answered_in_it() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let app = open(&fresh).await?;
        let foreign = dialect("command_xor").ok_or_else(|| anyhow::anyhow!("no such dialect"))?;
        let zoned = dialect("zone_point").ok_or_else(|| anyhow::anyhow!("no such dialect"))?;
        let system = Caller::system();
        // By the standard's port nothing of it can be read.
        let mut device = TcpStream::connect(door(&app, Limits::default()).await?).await?;
        device.write_all(&alarm(889, 1).encode_as(foreign)).await?;
        let told = answers(&mut device, 1).await?;
        assert_eq!(told.first().map(|one| one.command), Some(Command::Deny));

        let mut device = TcpStream::connect(door_of(&app, foreign, Limits::default()).await?).await?;
        let late = Frame { time: stamp(Still.now().plus_ms(-86_400_000)), ..alarm(889, 2) };
        device.write_all(&late.encode_as(foreign)).await?;
        let told = answers_in(foreign, &mut device, 2).await?;
        let told: Vec<_> = told.iter().map(|one| (one.command, one.sequence)).collect();
        assert_eq!(told, [(Command::Control, 0), (Command::Confirm, 2)], "the clock and what is confirmed");

        let mut device = TcpStream::connect(door_of(&app, zoned, Limits::default()).await?).await?;
        let (of, part) = (System { kind: 1, address: 2 }, Part { kind: 40, address: [0x0a, 0, 2, 0] });
        let smoke = Object::PartState(of, part, 0b10, vec![b' '; 31], stamp(Still.now()));
        let frame = Frame { data: Unit::of(2, vec![smoke]).encode(), ..alarm(889, 3) };
        device.write_all(&frame.encode_as(zoned)).await?;
        answers_in(zoned, &mut device, 1).await?;

        // Read later, perhaps by another server: how it was said is kept with what was said.
        let other = open(&fresh).await?;
        while other.digest_signals(&system, 500).await? > 0 {}
        let asked = SignalAsked { view: Some("alarm".to_owned()), ..SignalAsked::default() };
        let found = other.signals(&system, &asked).await?.items;
        assert_eq!(found.len(), 2, "{found:?}");
        let parts: Vec<_> = found.iter().filter_map(|one| one.detail.get("part")).collect();
        assert_eq!(parts.len(), 1);
        assert!(parts.iter().all(|part| part.ends_with(" 10 区 2 位")), "{parts:?}");
        let counts = app.db.read(&app.town).await?.raw_signal_counts(Timestamp(0)).await?;
        let count = |problem: &str| counts.get(&("gb26875".to_owned(), problem.to_owned())).copied();
        assert_eq!((count("frame.checksum"), count("signal.dialect")), (Some(1), None), "{counts:?}");
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn one_alarm_is_one_signal_and_one_incident_however_many_servers_read() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let (one, other) = (open(&fresh).await?, open(&fresh).await?);
        let system = Caller::system();
        one.found_town(&system, &app::sample::roster(), "一个够长的密码-仅供测试").await?;
        let rounds = 12_u16;
        let mut read = 0;
        for n in 0..rounds {
            let frame = alarm(u64::from(n) + 1, n);
            let message = Incoming {
                provider: Provider::Gb26875,
                dialect: None,
                // Each from elsewhere: none of them is about the fire of another.
                peer: format!("10.8.{n}.1"),
                proof: "network".to_owned(),
                mark: mark_of(&["gb26875", &n.to_string()], &frame.data),
                bytes: frame.encode(),
                before: None,
                beat_of: None,
                problem: None,
            };
            one.receive(&system, vec![message]).await?;
            let digest = |app: &App| {
                let app = app.clone();
                tokio::spawn(async move { app.digest_signals(&Caller::system(), 50).await })
            };
            let (first, second) = (digest(&one), digest(&other));
            read += first.await?? + second.await??;
        }
        assert_eq!(read, usize::from(rounds));
        let asked = SignalAsked { view: Some("all".to_owned()), ..SignalAsked::default() };
        assert_eq!(one.signals(&system, &asked).await?.total, i64::from(rounds));
        let incidents = one.incidents(&system, &Default::default()).await?.items;
        assert_eq!(incidents.len(), usize::from(rounds), "{incidents:?}");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn while_incidents_are_opened_others_are_confirmed_in_between() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let app = open(&fresh).await?;
        let system = Caller::system();
        app.found_town(&system, &app::sample::roster(), "一个够长的密码-仅供测试").await?;
        let from = |n: u16| {
            let frame = alarm(u64::from(n) + 1, n);
            Incoming {
                provider: Provider::Gb26875,
                dialect: None,
                // Each from elsewhere: every one of them opens an incident.
                peer: format!("10.8.{n}.1"),
                proof: "network".to_owned(),
                mark: mark_of(&["gb26875", &n.to_string()], &frame.data),
                bytes: frame.encode(),
                before: None,
                beat_of: None,
                problem: None,
            }
        };
        let rounds = 40_u16;
        app.receive(&system, (0..rounds).map(from).collect()).await?;
        let waiting =
            async || anyhow::Ok(app.db.read(&app.town).await?.raw_signals_waiting(100).await?.len());

        // One write opens some of them, not all; at least one, or it would never end.
        let first = app.digest_signals(&system, 500).await?;
        assert!((1..usize::from(rounds) / 2).contains(&first), "{first} in one write");
        assert_eq!(waiting().await?, usize::from(rounds) - first, "the others wait and are not lost");

        // Whoever comes while the rest is read is confirmed before it is.
        let reader = {
            let app = app.clone();
            tokio::spawn(async move {
                while app.digest_signals(&Caller::system(), 500).await? > 0 {}
                anyhow::Ok(())
            })
        };
        tokio::task::yield_now().await;
        let kept = app.receive(&system, vec![from(rounds)]).await?;
        assert_eq!(kept.kept, 1);
        assert!(waiting().await? > 1, "it waited for everything that was there before it");
        reader.await??;

        // Each opened one incident, in the order in which they came.
        let asked = SignalAsked { view: Some("all".to_owned()), limit: Some(200), ..SignalAsked::default() };
        let mut signals = app.signals(&system, &asked).await?.items;
        signals.reverse();
        let came = signals.iter().filter_map(|one| one.detail.get("source")?.parse::<u16>().ok());
        assert_eq!(came.collect::<Vec<_>>(), (1..=rounds + 1).collect::<Vec<_>>());
        let incidents = app.incidents(&system, &Default::default()).await?.items;
        assert_eq!(incidents.len(), usize::from(rounds) + 1);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn the_same_bytes_are_a_copy_for_minutes_and_another_day_a_new_alarm() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        // Half a minute before one span of time ends and the next begins.
        let span = 5 * 60_000;
        let began = (Still.now().0 / span + 1) * span - 30_000;
        let clock = Arc::new(Moved(AtomicI64::new(began)));
        let app = open_by(&fresh, clock.clone()).await?;
        let at = door(&app, Limits::default()).await?;
        // Its own clock stands still: what it says again is the same to the byte.
        let told = alarm(889, 1).encode();
        let mut counted = Vec::new();
        for s in [0, 20, 50, 600, 610, 24 * 3_600] {
            clock.0.store(began + s * 1_000, Ordering::SeqCst);
            // Switched on anew each time, so its numbers begin anew.
            let mut device = TcpStream::connect(at).await?;
            device.write_all(&told).await?;
            let answers = answers(&mut device, 2).await?;
            assert!(answers.iter().any(|one| one.command == Command::Confirm), "{s}: {answers:?}");
            let kept = app.db.read(&app.town).await?.raw_signal_counts(Timestamp(0)).await?;
            counted.push((kept.values().sum::<i64>(), app.switchboard.counted().copies));
        }
        // Twice a copy, one of them in the next span of time; then an alarm of its own, its copy, and another day's.
        assert_eq!(counted, [(1, 0), (1, 1), (1, 2), (2, 2), (2, 3), (3, 3)]);
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
        // One more: who said nothing longest makes room, who spoke stays.
        let mut late = TcpStream::connect(at).await?;
        late.write_all(&alarm(4, 0).encode()).await?;
        assert_eq!(answers(&mut late, 1).await?.len(), 1);
        let first = idle.first_mut().map(|one| async move { one.read(&mut [0; 8]).await.unwrap_or(0) });
        let Some(first) = first else { anyhow::bail!("nobody is idle") };
        assert_eq!(
            tokio::time::timeout(Duration::from_millis(500), first).await?,
            0,
            "before its time is over"
        );
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
        let mut deaf = TcpStream::connect(at).await?;
        // Bytes that never begin a frame: told by the kilobyte, and not for ever either.
        let sent = tokio::time::timeout(Duration::from_secs(10), async {
            while deaf.write_all(&[b'x'; 4096]).await.is_ok() {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        });
        assert!(sent.await.is_ok(), "garbage is not listened to for ever");
        let lines = app.wires(&Caller::system()).await?.lines;
        assert_eq!((lines.open, lines.half_open), (2, 0), "those who speak: {lines:?}");
        assert_eq!((lines.idle, lines.crowded, lines.nonsense), (38, 1, 2), "{lines:?}");
        good.write_all(&alarm(1, 2).encode()).await?;
        assert_eq!(answers(&mut good, 1).await?.len(), 1);
        Ok(())
    })
    .await
}

/// Connects from one of many addresses of this machine.
async fn connect_from(at: SocketAddr, from: [u8; 4]) -> anyhow::Result<TcpStream> {
    let socket = tokio::net::TcpSocket::new_v4()?;
    socket.bind(SocketAddr::from((from, 0)))?;
    Ok(socket.connect(at).await?)
}

#[tokio::test(flavor = "multi_thread")]
async fn thousands_of_half_open_connections_delay_nobody_who_speaks() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let app = open(&fresh).await?;
        // Ten thousand come to a port for eight thousand; here a fifth of each, which a test may open.
        let limits = Limits { connections: 1_600, first: Duration::from_secs(600), ..Limits::default() };
        let at = door(&app, limits).await?;
        let mut device = connect_from(at, [127, 0, 9, 9]).await?;
        let mut alone = Vec::new();
        for n in 0..20 {
            let begun = std::time::Instant::now();
            device.write_all(&alarm(1, n).encode()).await?;
            answers(&mut device, 1).await?;
            alone.push(begun.elapsed());
        }
        let mut half_open = Vec::new();
        for n in 0..2_000_u32 {
            let mut one = connect_from(at, [127, 0, 1, (n / 200) as u8 + 1]).await?;
            if n % 2 == 0 {
                one.write_all(alarm(2, 0).encode().get(..10).unwrap_or_default()).await?;
            }
            half_open.push(one);
        }
        let mut beside = Vec::new();
        for n in 20..40 {
            let begun = std::time::Instant::now();
            device.write_all(&alarm(1, n).encode()).await?;
            answers(&mut device, 1).await?;
            beside.push(begun.elapsed());
        }
        alone.sort();
        beside.sort();
        let (alone, beside) =
            (alone.get(10).copied().unwrap_or_default(), beside.get(10).copied().unwrap_or_default());
        assert!(beside < alone * 5 + Duration::from_millis(100), "{alone:?} alone, {beside:?} beside them");
        // A device that connects only now is heard at once.
        let begun = std::time::Instant::now();
        let mut late = connect_from(at, [127, 0, 9, 8]).await?;
        late.write_all(&alarm(3, 0).encode()).await?;
        assert_eq!(answers(&mut late, 1).await?.len(), 1);
        assert!(begun.elapsed() < Duration::from_secs(2), "{:?}", begun.elapsed());
        // And what it was told is kept.
        let counts = app.db.read(&app.town).await?.raw_signal_counts(Timestamp(0)).await?;
        assert_eq!(counts.get(&("gb26875".to_owned(), String::new())), Some(&41));
        Ok(())
    })
    .await
}

#[tokio::test]
async fn whoever_minds_a_unit_is_asked_over_its_own_connection_and_his_answer_is_on_record()
-> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let app = open(&fresh).await?;
        let at = door(&app, Limits::default()).await?;
        let system = Caller::system();
        let roster = app::sample::roster();
        app.found_town(&system, &roster, "一个够长的密码-仅供测试").await?;
        let unit = app::device::view::DeviceInput {
            name: "值班室传输装置".to_owned(),
            kind: "transmission_unit".to_owned(),
            owner: roster.orgs.first().map(|org| org.id.to_string()),
            territory: roster.territories.first().map(|one| one.code.to_string()),
            links: vec![app::device::view::LinkView {
                provider: "gb26875".to_owned(),
                address: "889".to_owned(),
            }],
            lon: Some(105.9),
            lat: Some(29.3),
            networks: vec!["127.0.0.1/32".to_owned()],
            ..Default::default()
        };
        let unit = app.add_device(&system, unit).await?;
        let id = unit.row.id.as_str().into();
        let away = app.ask_duty(&system, &id).await;
        assert!(matches!(away, Err(app::Error::Refused { code: "device.not_connected", .. })), "{away:?}");

        // Somebody else says he is this unit: he is not asked.
        let mut false_one = connect_from(at, [127, 0, 0, 7]).await?;
        false_one.write_all(&alarm(889, 0).encode()).await?;
        answers(&mut false_one, 1).await?;
        assert!(app.ask_duty(&system, &id).await.is_err());

        let mut device = connect_from(at, [127, 0, 0, 1]).await?;
        device.write_all(&alarm(889, 1).encode()).await?;
        answers(&mut device, 1).await?;
        let asked = app.ask_duty(&system, &id).await?;
        assert_eq!(asked.duty_check.and_then(|check| check.answered_at), None);
        let told = answers(&mut device, 1).await?;
        let question = told.first().map(|one| (one.command, one.destination));
        assert_eq!(question, Some((Command::Control, 889)));
        let said = told.first().and_then(|one| Unit::decode(&one.data)).map(|unit| (unit.kind, unit.objects));
        assert_eq!(said, Some((91, vec![Object::DutyCheck(10)])));
        let answer = Unit::of(24, vec![Object::DeviceOperation(0b10_0000, 1, stamp(Still.now()))]).encode();
        device.write_all(&Frame { data: answer, ..alarm(889, 2) }.encode()).await?;
        answers(&mut device, 1).await?;
        while app.digest_signals(&system, 500).await? > 0 {}
        let page = app.device(&system, &id).await?;
        assert!(page.duty_check.is_some_and(|check| check.answered_s == Some(0)), "the answer is on record");
        drop(device);
        for _ in 0..50 {
            if app.ask_duty(&system, &id).await.is_err() {
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        anyhow::bail!("a connection that ended is not forgotten")
    })
    .await
}
