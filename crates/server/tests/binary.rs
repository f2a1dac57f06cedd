//! The shipped program, as a process: its commands, its record against tampering, and `kill -9` in a storm of writes.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, ensure};

use crate::common::{PASSWORD, Served, demo, run, said};

#[test]
fn the_first_account_is_made_and_the_record_can_be_proved_backed_up_and_restored() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let data = folder.path().join("data");
    let short = run(&data, &["user", "add", "clerk"], "short\n")?;
    assert_eq!(short.status.code(), Some(1));
    assert!(said(&short).contains("密码至少 12 个字符"), "{}", said(&short));
    assert!(run(&data, &["user", "add", "clerk"], &format!("{PASSWORD}\n"))?.status.success());
    let taken = run(&data, &["user", "add", "clerk"], &format!("{PASSWORD}\n"))?;
    assert!(said(&taken).contains("已有人使用"), "{}", said(&taken));
    let list = run(&data, &["user", "list", "--json"], "")?;
    assert_eq!(serde_json::from_slice::<serde_json::Value>(&list.stdout)?[0]["login"], "clerk");
    // Maps lie beside the record and come along; the key of a service outside does not.
    std::fs::create_dir_all(data.join("maps"))?;
    std::fs::write(data.join("maps/town.pmtiles"), b"a map")?;
    std::fs::write(data.join("maps/tianditu.key"), b"secret")?;
    let backup = folder.path().join("backup");
    let at = backup.display().to_string();
    assert!(run(&data, &["backup", &at], "")?.status.success());
    assert_eq!(run(&data, &["backup", &at], "")?.status.code(), Some(1), "a backup is never overwritten");
    let restored = folder.path().join("restored");
    let keyless = run(&restored, &["restore", &at], "")?;
    assert!(
        said(&keyless).contains("没有找到主密钥文件"),
        "a backup never holds the key: {}",
        said(&keyless)
    );
    std::fs::create_dir_all(restored.join("keys"))?;
    std::fs::copy(data.join("keys/master.key"), restored.join("keys/master.key"))?;
    assert_eq!(run(&restored, &["restore", &at], "")?.status.code(), Some(1), "data are never overwritten");
    assert_eq!(std::fs::read(restored.join("maps/town.pmtiles"))?, b"a map");
    assert!(!backup.join("maps/tianditu.key").exists() && !restored.join("maps/tianditu.key").exists());
    let verified = run(&restored, &["audit", "verify", "--json"], "")?;
    assert_eq!(
        serde_json::from_slice::<serde_json::Value>(&verified.stdout)?["findings"],
        serde_json::json!([])
    );
    let before = std::fs::read(data.join("keys/master.key"))?;
    assert!(run(&data, &["key", "change"], "")?.status.success());
    assert_ne!(std::fs::read(data.join("keys/master.key"))?, before);
    let doctor = said(&run(&data, &["doctor"], "")?);
    assert!(doctor.contains("好 主密钥"), "found, and nobody else can read it: {doctor}");
    assert!(doctor.contains("好 权限"), "the folder it made is its own: {doctor}");
    assert_eq!(run(&data, &["nonsense"], "")?.status.code(), Some(2));
    Ok(())
}

#[test]
fn the_first_administrator_is_taken_on_into_an_empty_town() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let data = folder.path().join("data");
    let add = |login: &str, role: &str, territory: &str, more: &[&str]| {
        let first = ["user", "add", login, "--role", role, "--territory", territory];
        run(&data, &[&first, more].concat(), &format!("{PASSWORD}\n"))
    };
    let unknown = add("boss", "emperor", "500118100000", &[])?;
    assert!(!unknown.status.success() && said(&unknown).contains("sys_admin"), "{}", said(&unknown));
    let nowhere = add("boss", "sys_admin", "1", &[])?;
    assert!(!nowhere.status.success() && said(&nowhere).contains("没有这个辖区"), "{}", said(&nowhere));
    let first = add("boss", "sys_admin", "500118100000", &["--name", "秦管理"])?;
    assert!(first.status.success() && said(&first).contains("系统管理员"), "{}", said(&first));
    let second = add("head", "office_head", "500118100000", &["--org", "青峰镇人民政府"])?;
    assert!(second.status.success(), "{}", said(&second));
    assert!(said(&add("x1", "office_clerk", "500118100000", &["--org", "nobody"])?).contains("没有这个机构"));
    let half = run(&data, &["user", "add", "x2", "--role", "sys_admin"], "")?;
    assert_eq!(half.status.code(), Some(2), "a role needs a territory");
    let verified = run(&data, &["audit", "verify", "--json"], "")?;
    let verified: serde_json::Value = serde_json::from_slice(&verified.stdout)?;
    assert_eq!((&verified["entries"], &verified["rows"]), (&serde_json::json!(2), &serde_json::json!(10)));
    assert_eq!(verified["findings"], serde_json::json!([]));
    Ok(())
}

#[test]
fn a_changed_byte_in_the_database_file_is_found() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let data = folder.path().join("data");
    assert!(run(&data, &["user", "add", "village-secretary"], &format!("{PASSWORD}\n"))?.status.success());
    let file = data.join("fengsui.db");
    let mut bytes = std::fs::read(&file)?;
    let name = b"village-secretary";
    let mut changed = 0;
    for at in 0..bytes.len() - name.len() {
        if bytes.get(at..at + name.len()) != Some(name) {
            continue;
        }
        if let Some(byte) = bytes.get_mut(at) {
            *byte = b'V';
            changed += 1;
        }
    }
    ensure!(changed > 0, "the name is in the file");
    std::fs::write(&file, bytes)?;
    let verified = run(&data, &["audit", "verify"], "")?;
    assert_eq!(verified.status.code(), Some(1));
    assert!(said(&verified).contains("audit.row_changed"), "{}", said(&verified));
    Ok(())
}

#[test]
fn a_plan_file_is_checked_with_line_and_column() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let plans = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../plans");
    for plan in ["qingfeng-2023-16", "example-second-town"] {
        let file = plans.join(plan).join("plan.toml").display().to_string();
        let checked = run(folder.path(), &["plan", "check", &file], "")?;
        assert!(checked.status.success(), "{plan}: {}", said(&checked));
    }
    let broken = folder.path().join("plan.toml");
    std::fs::write(&broken, "titel = \"x\"\n")?;
    let checked = run(folder.path(), &["plan", "check", &broken.display().to_string()], "")?;
    assert_eq!(checked.status.code(), Some(1));
    assert!(said(&checked).contains("plan.toml 第 1 行第 1 列"), "{}", said(&checked));
    Ok(())
}

#[test]
fn a_notice_is_linted_with_clauses_and_findings() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../plans/example-second-town/notice.txt");
    let text = std::fs::read_to_string(&own)?;
    let linted = run(folder.path(), &["plan", "lint", &own.display().to_string(), "--json"], "")?;
    assert!(linted.status.success(), "{}", said(&linted));
    let answer: serde_json::Value = serde_json::from_slice(&linted.stdout)?;
    let clauses = answer["clauses"].as_array().context("clauses")?;
    assert_eq!(clauses.len(), 5);
    let chars: Vec<char> = text.chars().collect();
    let cut = |at: &serde_json::Value| {
        let [from, to] = ["start", "end"].map(|end| at[end].as_u64().unwrap_or_default() as usize);
        chars.get(from..to).unwrap_or_default().iter().collect::<String>()
    };
    assert!(clauses.first().is_some_and(|clause| cut(clause).starts_with("1. 村级责任。")), "{clauses:?}");
    // The same clauses stand in the tree, each within what is around it; findings say where they stand.
    fn walk<'a>(
        nodes: &'a serde_json::Value,
        above: Option<&'a serde_json::Value>,
        seen: &mut Vec<&'a serde_json::Value>,
    ) {
        for node in nodes.as_array().into_iter().flatten() {
            if let Some(above) = above {
                let within = node["start"].as_u64() > above["start"].as_u64()
                    && node["end"].as_u64() <= above["end"].as_u64();
                assert!(within && node["parent"] == above["label"], "{node}");
            }
            seen.push(node);
            walk(&node["children"], Some(node), seen);
        }
    }
    let mut seen = Vec::new();
    walk(&answer["tree"], None, &mut seen);
    for clause in clauses {
        assert!(
            seen.iter().any(|one| one["no"] == clause["no"] && one["start"] == clause["start"]),
            "{clause}"
        );
    }
    assert!(seen.iter().any(|one| !one["parent"].is_null()), "a clause below a part: {}", answer["tree"]);
    for finding in answer["findings"].as_array().context("findings")? {
        let spans = finding["spans"].as_array().context("spans")?;
        let said: Vec<String> = spans.iter().map(|one| cut(one).trim().to_owned()).collect();
        assert_eq!(finding["quote"].as_str(), Some(said.join(" …… ").as_str()));
    }
    let gbk = folder.path().join("gbk.txt");
    std::fs::write(&gbk, encoding_rs::GBK.encode(&text).0)?;
    let same = run(folder.path(), &["plan", "lint", &gbk.display().to_string(), "--json"], "")?;
    assert_eq!(same.stdout, linted.stdout, "GBK reads as UTF-8 does");
    let plain = run(folder.path(), &["plan", "lint", &own.display().to_string()], "")?;
    assert!(said(&plain).contains("编号缺失\t编号从 2 跳到 4"), "{}", said(&plain));
    let fake = folder.path().join("fake.docx");
    std::fs::write(&fake, &text)?;
    let refused = run(folder.path(), &["plan", "lint", &fake.display().to_string()], "")?;
    assert_eq!(refused.status.code(), Some(1));
    assert!(said(&refused).contains("内容却不是 Word 文档"), "{}", said(&refused));
    Ok(())
}

#[test]
fn two_towns_plans_are_compared() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let plans = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../plans");
    let own = plans.join("example-second-town/plan.toml");
    let text = std::fs::read_to_string(&own)?;
    let neighbour = folder.path().join("neighbour.toml");
    let change = |text: String, from: &str, to: &str| -> Result<String> {
        ensure!(text.contains(from), "{from}");
        Ok(text.replacen(from, to, 1))
    };
    let text = change(text, "period = \"week in winter_spring\"", "period = \"month\"")?;
    let text = change(text, "name = \"tea.visits\"\nvalue = 2", "name = \"tea.visits\"\nvalue = 3")?;
    let text = change(text, "title = \"隐患限期复查\"", "title = \"河道清理\"")?;
    let text = change(text, "measure = \"按时复查的隐患占比\"", "measure = \"清理的河道长度\"")?;
    std::fs::write(&neighbour, change(text, "title = \"督办\"", "title = \"水源养护\"")?)?;
    let (a, b) = (own.display().to_string(), neighbour.display().to_string());
    let compared = run(folder.path(), &["plan", "compare", &a, &b, "--json"], "")?;
    assert!(compared.status.success(), "{}", said(&compared));
    let answer: serde_json::Value = serde_json::from_slice(&compared.stdout)?;
    assert_eq!(answer["clauses"]["only_a"][0]["title"], "督办");
    assert_eq!(answer["clauses"]["only_b"][0]["title"], "水源养护");
    assert_eq!(answer["duties"]["only_b"][0]["title"], "河道清理");
    let differing = serde_json::json!([
        { "a": "一.2.1", "b": "一.2.1", "title": "冬春夜间巡防", "by": "title", "differences": [
            { "what": "频次", "a": "冬春防控期内每周", "b": "每月" } ] },
        { "a": "二.1.1", "b": "二.1.1", "title": "制茶季检查茶厂", "by": "title", "differences": [
            { "what": "最少数", "a": "2", "b": "3" } ] },
    ]);
    assert_eq!(answer["duties"]["differing"], differing);
    assert_eq!(answer["parameters"]["differing"][0]["differences"][0]["b"], "3 次");
    let plain = run(folder.path(), &["plan", "compare", &a, &a], "")?;
    assert!(!said(&plain).contains("不同") && !said(&plain).contains("仅"), "{}", said(&plain));
    let other = plans.join("qingfeng-2023-16/plan.toml").display().to_string();
    let plain = run(folder.path(), &["plan", "compare", &a, &other], "")?;
    assert!(plain.status.success() && said(&plain).contains("仅青峰镇有"), "{}", said(&plain));
    Ok(())
}

/// The notice the program was first made for is not ours to ship: read where the folder of real inputs is.
#[test]
fn the_real_notice_is_linted() -> Result<()> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let name = "shared/reference/plan-2023-16.txt";
    let Some(file) = here.ancestors().map(|up| up.join(name)).find(|path| path.is_file()) else {
        eprintln!("SKIPPED: the real notice is not there; this test needs the folder of real inputs");
        return Ok(());
    };
    let folder = tempfile::tempdir()?;
    let linted = run(folder.path(), &["plan", "lint", &file.display().to_string(), "--json"], "")?;
    let answer: serde_json::Value = serde_json::from_slice(&linted.stdout)?;
    let numbers: Vec<_> = answer["clauses"]
        .as_array()
        .context("clauses")?
        .iter()
        .map(|c| c["no"].as_str().unwrap_or_default())
        .collect();
    let expected: Vec<_> = (1..=19).filter(|n| *n != 14).map(|n| n.to_string()).collect();
    assert_eq!(numbers, expected);
    let findings = answer["findings"].as_array().context("findings")?;
    let of = |kind: &str, clauses: &[&str], message: &str, quote: &str| {
        findings.iter().any(|f| {
            f["kind"] == kind
                && f["clauses"] == serde_json::json!(clauses)
                && f["message"].as_str().is_some_and(|text| text.contains(message))
                && f["quote"].as_str().is_some_and(|text| text.contains(quote))
        })
    };
    assert!(of("numbering_gap", &["14"], "缺 14", "15."));
    assert!(of("frequency_conflict", &["10", "12"], "派出所", "每月"));
    assert!(of("list_sum", &["10"], "6 个数，合计 220", "70"));
    assert!(of("name_without_kind", &["10"], "莲花石", "莲花石"));
    assert!(of("count", &["10"], "16 家单位", "16"));
    assert!(of("more_than", &["17"], "超过 10 人", "超过10"));
    assert!(of("at_least", &["11"], "至少 2 名", "至少2"));
    assert!(of("period", &["三（三）"], "每季度 1 次", "每季度"));
    assert!(of("two_hats", &["1"], "应急办", "兼任"));
    assert!(of("vague_period", &["10"], "全覆盖", "全覆盖"));
    assert!(findings.iter().filter(|f| f["kind"] == "body").count() >= 8);
    Ok(())
}

#[test]
fn the_demo_is_filled_once_and_never_over_real_data() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let (demo, real) = (demo(folder.path())?, folder.path().join("real"));
    assert!(run(&demo, &["demo"], "")?.status.success());
    let verified = run(&demo, &["audit", "verify", "--json"], "")?;
    let verified: serde_json::Value = serde_json::from_slice(&verified.stdout)?;
    assert!(verified["entries"].as_i64() > Some(500), "{}", verified["entries"]);
    assert_eq!(verified["findings"], serde_json::json!([]));
    assert!(run(&demo, &["demo", "--reset"], "")?.status.success());
    assert!(run(&real, &["user", "add", "clerk"], &format!("{PASSWORD}\n"))?.status.success());
    for arguments in [["demo"].as_slice(), &["demo", "--reset"]] {
        let refused = run(&real, arguments, "")?;
        assert!(!refused.status.success() && said(&refused).contains("正式数据"), "{}", said(&refused));
    }
    assert!(run(&real, &["user", "list"], "")?.status.success());
    Ok(())
}

#[test]
fn a_file_of_events_is_proved_without_a_database() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let (demo, nowhere) = (demo(folder.path())?, folder.path().join("nowhere"));
    let file = folder.path().join("events.jsonl");
    let at = file.display().to_string();
    let written = run(&demo, &["export", "events", &at], "")?;
    ensure!(written.status.success(), "{}", said(&written));
    let whole = run(&nowhere, &["audit", "verify", &at, "--json"], "")?;
    ensure!(whole.status.success(), "{}", said(&whole));
    let told: serde_json::Value = serde_json::from_slice(&whole.stdout)?;
    ensure!(told["events"].as_u64() > Some(100) && told["findings"] == serde_json::json!([]), "{told}");
    ensure!(!nowhere.exists(), "nothing is made where nothing is asked for");
    let text = std::fs::read_to_string(&file)?;
    let lines: Vec<&str> = text.lines().collect();
    let (first, rest) = lines.split_first().context("lines")?;
    let cut = rest.join("\n") + "\n";
    let changed = text.replacen("\"territory\":\"", "\"territory\":\"9", 1);
    let without_end = lines[..lines.len() - 1].join("\n") + "\n";
    let twice = format!("{first}\n{text}");
    for (spoilt, code) in [
        (cut, "event_file.count"),
        (changed, "event_file.hash"),
        (without_end, "event_file.end"),
        (twice, "event_file.order"),
    ] {
        std::fs::write(&file, spoilt)?;
        let told = run(&nowhere, &["audit", "verify", &at], "")?;
        ensure!(told.status.code() == Some(1) && said(&told).contains(code), "{code}: {}", said(&told));
    }
    Ok(())
}

/// How often the server is killed; the script `scripts/kill-storm.sh` asks for a hundred.
fn kills() -> u32 {
    std::env::var("FENGSUI_KILLS").ok().and_then(|n| n.parse().ok()).unwrap_or(5)
}

/// Of every account of the sample town.
const DEMO_PASSWORD: &str = "演示密码-请勿用于正式环境";

/// A place as one writer records it under its own key; again, it is the same operation.
fn record_place(served: &Served, cookie: &str, village: &str, n: u64) -> Option<(u16, String)> {
    let body = serde_json::json!({
        "name": format!("风暴测试店{n}"), "category": "nine_small.shop", "tags": [], "village": village,
        "address": format!("测试路 {n} 号"), "registration": { "kind": "unknown", "uscc": null },
        "heads": { "lodging": null, "working": null, "training": null, "capacity": null, "beds": null },
        "responsible": { "name": "", "phone": "" }, "opening": "open", "note": "",
    });
    let key = format!("01a00000-0000-7000-8000-{n:012x}");
    let (status, _, said) = served.ask("POST", "/api/v1/places", cookie, &key, &body.to_string())?;
    // Cut off in the middle it is no answer.
    serde_json::from_str::<serde_json::Value>(&said).ok()?;
    Some((status, said))
}

#[test]
fn what_was_acknowledged_is_there_once_however_often_the_server_is_killed() -> Result<()> {
    const WRITERS: u64 = 3;
    let folder = tempfile::tempdir()?;
    let data = demo(folder.path())?;
    let served = Served::start(&data)?;
    let cookie = served.login_with("clerk", DEMO_PASSWORD).context("login")?;
    let (_, _, all) = served.ask("GET", "/api/v1/territories", &cookie, "", "").context("territories")?;
    let all: serde_json::Value = serde_json::from_str(&all)?;
    let village = all["items"].as_array().into_iter().flatten().find(|one| one["level"] == "village");
    let village = village.and_then(|one| one["code"].as_str()).context("a village")?.to_owned();
    drop(served);
    // By number of the operation: what was answered, if anything was.
    let mut operations = std::collections::BTreeMap::<u64, Option<String>>::new();
    for round in 0..kills() {
        let served = Served::start(&data)?;
        let pid = served.child.id();
        let killer = std::thread::spawn(move || {
            std::thread::sleep(Duration::from_millis(250 + u64::from(round) * 37 % 400));
            let _ = Command::new("kill").args(["-9", &pid.to_string()]).status();
        });
        let tried: Vec<(u64, Option<(u16, String)>)> = std::thread::scope(|scope| {
            let writers: Vec<_> = (0..WRITERS)
                .map(|writer| {
                    let (served, cookie, village) = (&served, &cookie, &village);
                    scope.spawn(move || {
                        let mut tried = Vec::new();
                        for at in 0.. {
                            let n = (u64::from(round) * WRITERS + writer) * 100_000 + at;
                            let told = record_place(served, cookie, village, n);
                            let is_gone = told.is_none();
                            tried.push((n, told));
                            if is_gone {
                                break;
                            }
                        }
                        tried
                    })
                })
                .collect();
            writers.into_iter().filter_map(|writer| writer.join().ok()).flatten().collect()
        });
        let _ = killer.join();
        drop(served);
        let verified = run(&data, &["audit", "verify"], "")?;
        ensure!(verified.status.success(), "round {round}: {}", said(&verified));
        // As a phone does: whatever was sent is sent again under its key, answered or not.
        let served = Served::start(&data)?;
        for (n, told) in tried {
            let before = match told {
                Some((status, said)) => {
                    ensure!(status == 200, "round {round}, {n}: {status} {said}");
                    Some(said)
                }
                None => None,
            };
            let (status, again) = record_place(&served, &cookie, &village, n).context("answered")?;
            ensure!(status == 200, "round {round}, {n} again: {status} {again}");
            ensure!(before.as_ref().is_none_or(|said| *said == again), "{n}: {before:?}, then {again}");
            operations.insert(n, before);
        }
        drop(served);
    }
    ensure!(operations.values().any(Option::is_some), "the storm wrote something");
    let served = Served::start(&data)?;
    let mut names = Vec::new();
    let mut after = String::new();
    loop {
        let path =
            format!("/api/v1/places?q=%E9%A3%8E%E6%9A%B4%E6%B5%8B%E8%AF%95%E5%BA%97&limit=200&after={after}");
        let (status, _, page) = served.ask("GET", &path, &cookie, "", "").context("answered")?;
        ensure!(status == 200, "{page}");
        let page: serde_json::Value = serde_json::from_str(&page)?;
        let rows = page["items"].as_array().into_iter().flatten();
        names.extend(rows.filter_map(|row| row["name"].as_str().map(str::to_owned)));
        match page["next"].as_str() {
            Some(next) => after = next.to_owned(),
            None => break,
        }
    }
    names.sort();
    let mut wanted: Vec<String> = operations.keys().map(|n| format!("风暴测试店{n}")).collect();
    wanted.sort();
    ensure!(names == wanted, "{} operations, {} places", wanted.len(), names.len());
    Ok(())
}
