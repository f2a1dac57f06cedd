//! Messages reach people through real gateways of our own: an HTTP receiver and a mail server on this machine. The desk
//! first, then SMS, then the telephone; signed; a gateway that is down is told of over what is left.

use std::sync::{Arc, Mutex};

use app::incident::view::IncidentInput;
use app::message::{Carried, ChannelWay, Courier, Letter, ReachInput, ReceivedInput};
use app::{App, Caller, Clock};
use domain::message::Channel;
use domain::org::Role;
use domain::policy::Hats;
use domain::time::Timestamp;
use server::courier::Gateways;
use testkit::{FakeClock, both_databases};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpListener;

use crate::common::gateway::Gateway;

struct Standing(FakeClock);

impl Clock for Standing {
    fn now(&self) -> Timestamp {
        self.0.now()
    }
}

type Got = Arc<Mutex<Vec<(String, String)>>>;

/// A mail server that keeps what it is told.
async fn mail_server() -> anyhow::Result<(u16, Got)> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let port = listener.local_addr()?.port();
    let got: Got = Arc::default();
    let kept = Arc::clone(&got);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let mut stream = BufReader::new(stream);
            let _ = stream.write_all(b"220 here\r\n").await;
            let (mut said, mut in_data) = (String::new(), false);
            loop {
                let mut line = String::new();
                if stream.read_line(&mut line).await.unwrap_or(0) == 0 {
                    break;
                }
                said.push_str(&line);
                let answer = match line.trim_end() {
                    "." => {
                        in_data = false;
                        // Kept before it is confirmed, as a mail server does.
                        if let Ok(mut kept) = kept.lock() {
                            kept.push((said.clone(), String::new()));
                        }
                        "250 queued as 9\r\n"
                    }
                    _ if in_data => continue,
                    "DATA" => {
                        in_data = true;
                        "354 go on\r\n"
                    }
                    "QUIT" => break,
                    line if line.starts_with("EHLO") => "250-here\r\n250 SIZE\r\n",
                    _ => "250 ok\r\n",
                };
                let _ = stream.write_all(answer.as_bytes()).await;
            }
        }
    });
    Ok((port, got))
}

fn taken(got: &Got) -> Vec<(String, String)> {
    got.lock().map(|kept| kept.clone()).unwrap_or_default()
}

pub async fn town(fresh: &testkit::Fresh) -> anyhow::Result<(App, FakeClock)> {
    let clock = FakeClock::on(domain::time::parse_date("2026-09-21").unwrap_or_default());
    let app = App::open(
        &fresh.url,
        &fresh.keys(),
        fresh.folder.path(),
        Arc::new(Standing(clock.clone())),
        "500118100000".into(),
    )
    .await?;
    app.found_town(&Caller::system(), &app::sample::roster(), "梧桐树下的消防水池要加水").await?;
    Ok((app, clock))
}

/// The first who wears this hat.
pub async fn who(app: &App, role: Role) -> anyhow::Result<Caller> {
    let held = app.db.read(&app.town).await?.assignments().await?;
    let held: Vec<_> = held.into_iter().map(|one| one.assignment).collect();
    let today = app.now().date();
    let first = held.iter().find(|one| one.role == role && one.is_valid_on(today));
    let person = first.map(|one| one.person.clone()).ok_or_else(|| anyhow::anyhow!("nobody is {role:?}"))?;
    let own: Vec<_> = held.into_iter().filter(|one| one.person == person).collect();
    Ok(Caller {
        account: person.as_str().into(),
        name: person.to_string(),
        person,
        hats: Hats::on(own, today),
        ..Caller::system()
    })
}

pub fn call(text: &str) -> IncidentInput {
    let nodes = app::sample::roster().territories;
    let village = nodes.into_iter().find(|node| node.level == domain::org::Level::Village);
    IncidentInput {
        village: village.map(|node| node.code.to_string()),
        address: format!("老街 {text} 号"),
        text: "冒烟".to_owned(),
        ..IncidentInput::default()
    }
}

/// Delivers until nothing more is due.
pub async fn delivered(app: &App) -> anyhow::Result<usize> {
    let mut tries = 0;
    for _ in 0..50 {
        match app.deliver_due(&Caller::system()).await? {
            0 => return Ok(tries),
            n => tries += n,
        }
    }
    anyhow::bail!("it never ends")
}

#[tokio::test]
async fn an_alarm_goes_to_the_desk_then_by_sms_once_and_signed() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let (mut app, clock) = town(&fresh).await?;
        let sms = Gateway::open(200).await?;
        let port = sms.port;
        let file = format!(
            "[sms]\nurl = \"http://127.0.0.1:{port}/sms?to={{to}}\"\nsecret = \"s\"\nreceipt = \"id\"\n\
             body = '{{\"phone\":\"{{to}}\",\"text\":\"{{text}}\"}}'"
        );
        app.courier = Arc::new(Gateways::parse(&file, app.clock.clone())?);
        let (clerk, head) = (who(&app, Role::OfficeClerk).await?, who(&app, Role::OfficeHead).await?);
        app.take_watch(&clerk, Default::default()).await?;
        let opened = app.take_call(&head, call("1")).await?;
        app.take_call(&head, call("1")).await?;
        assert_eq!(
            delivered(&app).await?,
            2,
            "two places of an invented street, a message each: the desk has both"
        );
        assert!(sms.got().is_empty(), "the desk comes first");
        // The page shows it and nobody sits there: that is no receipt.
        assert_eq!(app.receive_messages(&clerk, ReceivedInput::default()).await?.received, 0);
        clock.advance_ms(61_000);
        delivered(&app).await?;
        let sent = sms.texts();
        assert_eq!(sent.len(), 2, "{sent:?}");
        let body: serde_json::Value = serde_json::from_str(&sent[0].1)?;
        assert!(
            body["text"].as_str().is_some_and(|text| text.contains("有警情待核实") && !text.contains("老街")),
            "{body}"
        );
        let phone = body["phone"].as_str().unwrap_or_default();
        assert!(sent[0].0.starts_with(&format!("POST /sms?to={phone} HTTP/1.1")), "{}", sent[0].0);
        assert!(sent[0].0.contains("X-Fengsui-Signature: "));
        // He looks at the screen: nothing more is sent, whatever time passes.
        app.receive_messages(&clerk, ReceivedInput { touched: true }).await?;
        clock.advance_ms(600_000);
        assert_eq!(delivered(&app).await?, 0);
        let page = app.messages(&head, None).await?;
        let own = page.items.iter().find(|one| one.about == opened.row.id);
        assert_eq!(own.map(|one| (one.state.code.as_str(), one.attempts.len())), Some(("received", 2)));
        assert!(page.channels.iter().all(|one| !one.down));
        Ok(())
    })
    .await
}

/// A gateway that takes its time and remembers what it was handed.
#[derive(Default)]
struct Slow(Mutex<Vec<String>>);

impl Courier for Slow {
    fn channels(&self) -> Vec<Channel> {
        vec![Channel::Sms]
    }

    fn carry<'a>(&'a self, letter: &'a Letter) -> Carried<'a> {
        Box::pin(async move {
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
            if let Ok(mut kept) = self.0.lock() {
                kept.push(letter.key.clone());
            }
            Ok("receipt".to_owned())
        })
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_servers_send_each_message_once() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let (mut one, clock) = town(&fresh).await?;
        let own = Arc::new(Standing(clock));
        let mut other =
            App::open(&fresh.url, &fresh.keys(), fresh.folder.path(), own, one.town.clone()).await?;
        let gateway = Arc::new(Slow::default());
        (one.courier, other.courier) = (gateway.clone(), gateway.clone());
        let (clerk, head) = (who(&one, Role::OfficeClerk).await?, who(&one, Role::OfficeHead).await?);
        one.take_watch(&clerk, Default::default()).await?;
        let sms = ChannelWay { channel: "sms".to_owned(), address: "13800001111".to_owned() };
        one.set_my_reach(
            &clerk,
            ReachInput { ways: vec![sms], quiet_from: None, quiet_to: None, version: 0 },
        )
        .await?;
        for n in 1..=12 {
            one.take_call(&head, call(&n.to_string())).await?;
        }
        let at = |app: &App| {
            let app = app.clone();
            tokio::spawn(async move { delivered(&app).await })
        };
        let (first, second) = (at(&one), at(&other));
        let tries = first.await?? + second.await??;
        let mut keys = gateway.0.lock().map(|kept| kept.clone()).unwrap_or_default();
        keys.sort();
        let sent = keys.len();
        keys.dedup();
        assert_eq!((keys.len(), sent, tries), (12, 12, 12), "each call once");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_gateway_that_is_down_is_passed_over_and_told_of() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let (mut app, clock) = town(&fresh).await?;
        let refusing = Gateway::open(503).await?;
        let robots = Gateway::open(200).await?;
        let (broken, works) = (refusing.port, robots.port);
        let (mail, letters) = mail_server().await?;
        let file = format!(
            "[sms]\nurl = \"http://127.0.0.1:{broken}/\"\n[dingtalk]\nurl = \"http://127.0.0.1:{works}/robot?access_token={{to}}\"\n\
             secret = \"s\"\n[email]\nurl = \"smtp://127.0.0.1:{mail}\"\nfrom = \"fengsui@qingfeng.example\""
        );
        app.courier = Arc::new(Gateways::parse(&file, app.clock.clone())?);
        let (clerk, head) = (who(&app, Role::OfficeClerk).await?, who(&app, Role::OfficeHead).await?);
        app.take_watch(&clerk, Default::default()).await?;
        let way = |channel: &str, address: &str| ChannelWay { channel: channel.to_owned(), address: address.to_owned() };
        let ways = vec![way("sms", ""), way("dingtalk", "robot 7"), way("email", "duty@qingfeng.example")];
        // Quiet hours hold back no alarm.
        let reach = ReachInput { ways, quiet_from: Some(0), quiet_to: Some(1_440), version: 0 };
        app.set_my_reach(&clerk, reach).await?;
        app.take_call(&head, call("1")).await?;
        delivered(&app).await?;
        clock.advance_ms(11_000);
        delivered(&app).await?;
        assert_eq!(refusing.got().len(), 2, "tried as often as allowed");
        let robot = robots.texts();
        assert_eq!(robot.len(), 1);
        assert!(robot[0].0.starts_with("POST /robot?access_token=robot%207&timestamp="), "{}", robot[0].0);
        assert!(robot[0].1.contains(r#""msgtype":"text""#));
        clock.advance_ms(61_000);
        delivered(&app).await?;
        let mailed = taken(&letters);
        assert!(mailed[0].0.contains("RCPT TO:<duty@qingfeng.example>"), "{mailed:?}");
        assert!(mailed[0].0.contains("\r\nDate: Mon, 21 Sep 2026 09:01:12 +0800\r\n"), "{mailed:?}");
        // A second alarm: the third failure in a row says that the channel is down, and the office is told.
        app.take_call(&head, call("2")).await?;
        delivered(&app).await?;
        let page = app.messages(&head, None).await?;
        let sms = page.channels.iter().find(|one| one.channel.code == "sms");
        assert_eq!(sms.map(|one| (one.offered, one.down, one.last_error.as_str())), Some((true, true, "网关答复 503")));
        assert!(page.items.iter().any(|one| one.about_kind == "channel" && one.text.contains("短信通道")));
        let before = refusing.got().len();
        app.take_call(&head, call("3")).await?;
        delivered(&app).await?;
        assert_eq!(refusing.got().len(), before, "it is passed over while others are left");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn voice_wecom_and_a_webhook_are_spoken_to_as_each_asks() -> anyhow::Result<()> {
    let (voice, robot, other) =
        (Gateway::open(200).await?, Gateway::open(200).await?, Gateway::open(200).await?);
    let file = format!(
        "[voice]\nurl = \"http://127.0.0.1:{}/call\"\nsecret = \"s\"\nreceipt = \"id\"\n\
         [wecom]\nurl = \"http://127.0.0.1:{}/robot?key={{to}}\"\n[webhook]\nurl = \"http://127.0.0.1:{}/in\"",
        voice.port, robot.port, other.port
    );
    let clock = FakeClock::on(domain::time::parse_date("2026-09-21").unwrap_or_default());
    let gateways = Gateways::parse(&file, Arc::new(Standing(clock)))?;
    assert_eq!(gateways.channels().len(), 3);
    let letter = |channel, to: &str| Letter {
        channel,
        to: to.to_owned(),
        text: "JQ-0001：场镇社区\"有警情\"待核实".to_owned(),
        key: "incident/a/open/p".to_owned(),
    };
    let receipt = gateways.carry(&letter(Channel::Voice, "023-49000001")).await;
    assert_eq!(receipt.as_deref(), Ok("receipt-7"));
    let said = voice.texts();
    assert!(
        said[0].0.starts_with("POST /call HTTP/1.1") && said[0].0.contains("X-Fengsui-Signature: "),
        "{said:?}"
    );
    let body: serde_json::Value = serde_json::from_str(&said[0].1)?;
    assert_eq!(
        (body["to"].as_str(), body["key"].as_str()),
        (Some("023-49000001"), Some("incident/a/open/p"))
    );

    // A robot of WeCom: its own body, its key in the address, and no receipt but that it took it.
    assert_eq!(gateways.carry(&letter(Channel::Wecom, "k 1")).await.as_deref(), Ok("200"));
    let said = robot.texts();
    assert!(said[0].0.starts_with("POST /robot?key=k%201 HTTP/1.1"), "{said:?}");
    let body: serde_json::Value = serde_json::from_str(&said[0].1)?;
    assert_eq!(body["text"]["content"].as_str(), Some("JQ-0001：场镇社区\"有警情\"待核实"));

    assert_eq!(gateways.carry(&letter(Channel::Webhook, "duty")).await.as_deref(), Ok("200"));
    let body: serde_json::Value = serde_json::from_str(&other.texts()[0].1)?;
    assert_eq!(body["to"].as_str(), Some("duty"));
    assert!(!other.texts()[0].0.contains("X-Fengsui-Signature"), "nothing to sign with was given");
    assert!(gateways.carry(&letter(Channel::Sms, "1")).await.is_err(), "no gateway for it");
    Ok(())
}
