//! What scripts rely on: JSON on standard output in its shape, sentences on standard error, exit status 0, 1 or 2.
//! What does not belong here: accounts, backup and the record (`binary`).

use std::path::Path;

use anyhow::{Context, Result};
use serde_json::{Value, json};

use crate::common::{demo, run, said};

/// The one JSON document on standard output.
fn document(output: &std::process::Output) -> Result<Value> {
    serde_json::from_slice(&output.stdout).with_context(|| said(output))
}

/// Whichever command is given a file: what is wrong with it is said in Chinese, and not as the system says it.
#[test]
fn a_file_that_is_not_there_and_a_folder_are_named_whatever_the_command() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let data = folder.path().join("data");
    let missing = folder.path().join("没有这个.csv").display().to_string();
    let here = folder.path().display().to_string();
    for (file, told) in [(missing.as_str(), "找不到文件"), (here.as_str(), "是文件夹")] {
        let commands: [&[&str]; 14] = [
            &["plan", "check", file],
            &["plan", "lint", file],
            &["plan", "install", file],
            &["audit", "verify", file],
            &["import", "places", file],
            &["import", "hydrants", file],
            &["roads", "import", file],
            &["route", "--from", "105.8,29.2", "--to", "105.9,29.2", "--graph", file],
            &["reach", "--from", "105.8,29.2", "--minutes", "5", "--graph", file],
            &["site", "--instance", file, "--model", "pmedian"],
            &["frame", "decode", file],
            &["frame", "encode", file],
            &["danger", "fwi", "--lat", "29", file],
            &["cap", "check", file],
        ];
        for command in commands {
            let ran = run(&data, command, "")?;
            let heard = said(&ran);
            assert!(!ran.status.success(), "{command:?}");
            assert!(
                heard.contains(told) && heard.contains(file) && !heard.contains("os error"),
                "{command:?}: {heard}"
            );
        }
    }
    Ok(())
}

#[test]
fn plan_status_tells_every_duty_or_one_clause_as_of_a_day() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let data = demo(folder.path())?;
    let all = run(&data, &["plan", "status", "--json"], "")?;
    assert_eq!(all.status.code(), Some(0), "{}", said(&all));
    let all = document(&all)?;
    let rows = all.as_array().context("an array")?;
    assert!(rows.len() >= 147, "every atomic duty of the handbook has a line: {}", rows.len());
    let keys = [
        "clause",
        "due",
        "duty",
        "late",
        "met",
        "missing",
        "no_data",
        "not_applicable",
        "partial",
        "ratio",
        "waived",
    ];
    for row in rows {
        let mut found: Vec<&str> = row.as_object().context("an object")?.keys().map(String::as_str).collect();
        found.sort_unstable();
        assert_eq!(found, keys, "{row}");
        let n = |key: &str| row[key].as_u64().unwrap_or(u64::MAX);
        assert_eq!(n("due"), n("met") + n("late") + n("missing"), "{row}");
        assert!(n("partial") <= n("missing"), "what is done in part is among what is missing: {row}");
        if n("due") == 0 {
            assert_eq!(row["ratio"], Value::Null, "nothing due is no nought per cent: {row}");
        }
    }
    assert!(rows.iter().any(|row| row["no_data"].as_u64() > Some(0) && row["ratio"].is_null()));

    let clause = document(&run(&data, &["plan", "status", "--clause", "C10", "--json"], "")?)?;
    let clause = clause.as_array().context("an array")?;
    let of_clause: Vec<&Value> = rows.iter().filter(|row| row["clause"] == "C10").collect();
    assert_eq!(clause.iter().collect::<Vec<_>>(), of_clause, "the same lines, and no others");
    let told = run(&data, &["plan", "status", "--clause", "C10"], "")?;
    let told = String::from_utf8(told.stdout)?;
    assert_eq!(told.lines().count(), clause.len());
    for (line, row) in told.lines().zip(clause) {
        assert!(line.ends_with(&format!("\t不适用 {}", row["not_applicable"])), "{line} {row}");
    }
    let due = |rows: &[Value]| rows.iter().filter_map(|row| row["due"].as_u64()).sum::<u64>();
    assert!(due(clause) > 0);
    let earlier =
        document(&run(&data, &["plan", "status", "--at", "2020-01-01", "--clause", "C10", "--json"], "")?)?;
    assert_eq!(due(earlier.as_array().context("an array")?), 0, "nothing was due before the plan");

    for (arguments, status, sentence) in [
        (&["plan", "status", "--clause", "C99"][..], 1, "方案中没有这一条"),
        (&["plan", "status", "--at", "yesterday"], 1, "日期请写成 2026-11-25 的样子"),
        (&["plan", "status", "--at", "9998-01-01"], 1, "查询日期不能晚于今天，请改选日期"),
        (&["plan", "status", "--at"], 2, "--at"),
        (&["plan", "statos"], 2, "statos"),
    ] {
        let refused = run(&data, arguments, "")?;
        assert_eq!(refused.status.code(), Some(status), "{arguments:?}");
        assert!(String::from_utf8_lossy(&refused.stderr).contains(sentence), "{}", said(&refused));
        assert!(refused.stdout.is_empty(), "{arguments:?}: a refusal is no answer");
    }
    Ok(())
}

#[test]
fn a_plan_is_installed_once_and_a_broken_one_not_at_all() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let data = folder.path().join("data");
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../plans/example-second-town/plan.toml");
    let file = file.display().to_string();
    let first = run(&data, &["plan", "install", &file], "")?;
    assert!(first.status.success() && said(&first).contains("已启用"), "{}", said(&first));
    let again = run(&data, &["plan", "install", &file], "")?;
    assert!(again.status.success() && said(&again).contains("没有改动"), "{}", said(&again));
    let before = run(&data, &["plan", "status", "--json"], "")?.stdout;
    let broken = folder.path().join("plan.toml");
    std::fs::write(&broken, std::fs::read_to_string(&file)?.replacen("period = ", "perriod = ", 1))?;
    let refused = run(&data, &["plan", "install", &broken.display().to_string()], "")?;
    assert_eq!(refused.status.code(), Some(1));
    assert!(said(&refused).contains("plan.toml 第 "), "line and column: {}", said(&refused));
    assert_eq!(
        run(&data, &["plan", "status", "--json"], "")?.stdout,
        before,
        "the plan in force is the old one"
    );
    let missing = run(&data, &["plan", "install", "/nowhere/plan.toml"], "")?;
    assert_eq!(missing.status.code(), Some(1));
    assert_eq!(run(&data, &["plan", "install"], "")?.status.code(), Some(2));
    Ok(())
}

/// Another town than the default: called as it was said, or as its plan says, and never by its code for long.
#[test]
fn a_second_town_is_called_as_it_was_said_or_as_its_plan_says() -> Result<()> {
    use crate::common::{Served, fengsui, free_port};

    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../plans/example-second-town/plan.toml");
    let file = file.display().to_string();
    let code = ["--town", "500999100000"];
    let head = ["user", "add", "head2", "--role", "office_head", "--territory", "500999100000"];
    let names: [(&[&str], &str); 2] = [(&[], "松溪乡"), (&["--town-name", "松溪镇"], "松溪镇")];
    for (named, called) in names {
        let folder = tempfile::tempdir()?;
        let data = folder.path().join("data");
        let added = run(&data, &[&code[..], named, &head[..]].concat(), "first-password-of-theirs\n")?;
        assert!(added.status.success(), "{}", said(&added));
        let told = run(&data, &[&code[..], &["plan", "install", file.as_str()][..]].concat(), "")?;
        assert!(told.status.success(), "{}", said(&told));
        let warned = String::from_utf8_lossy(&told.stderr).contains("这份方案写的是“松溪乡”");
        assert_eq!(warned, called != "松溪乡", "of another town it is said aloud: {}", said(&told));
        let port = free_port()?;
        let mut web = fengsui(&data);
        web.args(code).args(["serve", "--listen", &format!("127.0.0.1:{port}")]);
        let web = Served::wait_for(web, port)?;
        let cookie = web.login_with("head2", "first-password-of-theirs").context("logged in")?;
        let (_, _, me) = web.ask("GET", "/api/v1/me", &cookie, "", "").context("an answer")?;
        assert_eq!(serde_json::from_str::<Value>(&me)?["town_name"], called, "{me}");
    }
    Ok(())
}

const HEADER: &str = "场所编号,场所名称,统一社会信用代码,场所类别,村（社区）,所属网格,行业主管部门,联系电话,从业人数,经度,纬度,营业状态,关停日期";

/// Row, column, value and code of each mistake below.
const TEN: [(u32, &str, &str, &str); 10] = [
    (3, "B 场所名称", "", "cell.required"),
    (4, "C 统一社会信用代码", "123456789012345678", "cell.uscc"),
    (5, "D 场所类别", "太空站", "cell.unknown_term"),
    (6, "E 村（社区）", "火星村", "place.village_unknown"),
    (7, "F 所属网格", "第九十九网格", "place.grid_unknown"),
    (8, "G 行业主管部门", "外交部", "place.sector_unknown"),
    (9, "H 联系电话", "12345", "cell.phone"),
    (10, "I 从业人数", "很多", "cell.count"),
    (11, "M 关停日期", "2024年3月", "cell.date_incomplete"),
    (12, "A 场所编号", "A-1", "row.duplicate"),
];

fn ten_mistakes() -> String {
    [
        HEADER,
        "A-1,新开甲店,,小商店,场镇社区,,,13800001111,3,105.9,29.3,正常,",
        ",,,小商店,场镇社区,,,,,,,,",
        ",新开丙店,123456789012345678,小商店,场镇社区,,,,,,,,",
        ",新开丁店,,太空站,场镇社区,,,,,,,,",
        ",新开戊店,,小商店,火星村,,,,,,,,",
        ",新开己店,,小商店,场镇社区,第九十九网格,,,,,,,",
        ",新开庚店,,小商店,场镇社区,,外交部,,,,,,",
        ",新开辛店,,小商店,场镇社区,,,12345,,,,,",
        ",新开壬店,,小商店,场镇社区,,,,很多,,,,",
        ",新开癸店,,小商店,场镇社区,,,,,,,停业,2024年3月",
        "A-1,新开子店,,小商店,场镇社区,,,,,,,,",
    ]
    .join("\r\n")
}

#[test]
fn ten_mistakes_of_a_ledger_are_named_one_by_one_and_nothing_is_written() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let data = demo(folder.path())?;
    let file = folder.path().join("台账.csv");
    std::fs::write(&file, ten_mistakes())?;
    let file = file.display().to_string();
    let export = |name: &str| -> Result<Vec<u8>> {
        let out = folder.path().join(name);
        let told = run(&data, &["export", "places", &out.display().to_string()], "")?;
        assert_eq!(told.status.code(), Some(0), "{}", said(&told));
        Ok(std::fs::read(out)?)
    };
    let before = export("before.csv")?;
    let tried = run(&data, &["import", "places", &file, "--dry-run", "--json"], "")?;
    assert_eq!(tried.status.code(), Some(1), "mistakes are a refusal: {}", said(&tried));
    assert!(String::from_utf8_lossy(&tried.stderr).contains("有 10 处错误，没有写入"), "{}", said(&tried));
    let report = document(&tried)?;
    assert_eq!((&report["rows"], &report["created"], &report["updated"]), (&json!(11), &json!(1), &json!(0)));
    assert_eq!(report["unchanged"], 0);
    let problems = report["problems"].as_array().context("problems")?;
    let mut found: Vec<(u32, &str, &str, &str)> = Vec::new();
    for problem in problems {
        let text = |key: &str| problem[key].as_str().unwrap_or_default();
        assert_eq!(text("sheet"), "CSV");
        assert!(text("message").chars().any(|c| c >= '\u{4e00}'), "a sentence: {problem}");
        let row = u32::try_from(problem["row"].as_u64().unwrap_or(0))?;
        found.push((row, text("column"), text("value"), text("code")));
    }
    assert_eq!(found, TEN, "{problems:#?}");
    let refused = run(&data, &["import", "places", &file, "--json"], "")?;
    assert_eq!(refused.status.code(), Some(1));
    assert_eq!(document(&refused)?["problems"], report["problems"], "in earnest the same is said");
    assert_eq!(export("after.csv")?, before, "nothing half-written");
    for (arguments, status) in [
        (&["import", "places", "/nowhere.xlsx"][..], 1),
        (&["import", "planets", &file], 2),
        (&["import", "places"], 2),
        (&["export", "places", "/tmp/ledger.pdf"], 1),
    ] {
        assert_eq!(run(&data, arguments, "")?.status.code(), Some(status), "{arguments:?}");
    }
    Ok(())
}

#[test]
fn a_row_that_repeats_an_earlier_one_is_named_and_nothing_is_written() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let data = demo(folder.path())?;
    let file = folder.path().join("重复.csv");
    let row = ",重复小吃店,,小餐饮,场镇社区,,,13700000001,,,,正常,";
    std::fs::write(&file, [HEADER, row, row].join("\r\n"))?;
    let file = file.display().to_string();
    for arguments in
        [&["import", "places", &file, "--dry-run", "--json"][..], &["import", "places", &file, "--json"]]
    {
        let told = run(&data, arguments, "")?;
        assert_eq!(told.status.code(), Some(1), "{}", said(&told));
        assert!(
            String::from_utf8_lossy(&told.stderr).contains("或者与前面的行重复，没有写入"),
            "{}",
            said(&told)
        );
        let report = document(&told)?;
        assert_eq!((&report["created"], &report["committed"]), (&json!(1), &json!(false)), "{report}");
        let asked = report["duplicates"].as_array().context("duplicates")?;
        assert_eq!((asked.len(), &asked[0]["row"]), (1, &json!(3)), "{report}");
        assert_eq!(asked[0]["candidates"][0]["row"], 2, "{report}");
    }
    let told = run(&data, &["import", "places", &file, "--dry-run"], "")?;
    assert!(
        String::from_utf8_lossy(&told.stdout).contains("与表中第 2 行很可能是同一个场所"),
        "{}",
        said(&told)
    );
    Ok(())
}

#[test]
fn what_is_exported_imports_again_unchanged_and_a_good_ledger_is_written() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let data = demo(folder.path())?;
    let mut rows = 0;
    for name in ["out.xlsx", "out.csv", "out.geojson"] {
        let out = folder.path().join(name).display().to_string();
        assert_eq!(run(&data, &["export", "places", &out], "")?.status.code(), Some(0), "{name}");
        let again = run(&data, &["import", "places", &out, "--json"], "")?;
        assert_eq!(again.status.code(), Some(0), "{name}: {}", said(&again));
        let report = document(&again)?;
        rows = report["rows"].as_u64().context("rows")?;
        assert!(rows > 200, "{rows}");
        assert_eq!(
            (&report["unchanged"], &report["created"], &report["updated"], &report["problems"]),
            (&json!(rows), &json!(0), &json!(0), &json!([])),
            "{name}"
        );
    }
    let file = folder.path().join("新店.csv");
    std::fs::write(&file, "字号,村（社区）,场所类别\r\n新开的店,场镇社区,小商店\r\n")?;
    let file = file.display().to_string();
    let map = folder.path().join("map.json");
    std::fs::write(&map, json!({ "字号": "name" }).to_string())?;
    let map = map.display().to_string();
    let strange = folder.path().join("列一.csv");
    std::fs::write(&strange, "列一,村（社区）,场所类别\r\n新开的店,场镇社区,小商店\r\n")?;
    let unmapped = run(&data, &["import", "places", &strange.display().to_string(), "--dry-run"], "")?;
    let told = String::from_utf8_lossy(&unmapped.stderr).into_owned();
    assert!(["--map", "\"name\"", "列一"].iter().all(|word| told.contains(word)), "{told}");
    let tried = run(&data, &["import", "places", &file, "--map", &map, "--dry-run", "--json"], "")?;
    assert_eq!(tried.status.code(), Some(0), "{}", said(&tried));
    assert_eq!(document(&tried)?["committed"], false);
    let done = document(&run(&data, &["import", "places", &file, "--map", &map, "--json"], "")?)?;
    assert_eq!((&done["created"], &done["committed"]), (&json!(1), &json!(true)));
    let out = folder.path().join("later.csv").display().to_string();
    run(&data, &["export", "places", &out], "")?;
    let later = std::fs::read_to_string(&out)?;
    assert_eq!(later.lines().count() as u64, rows + 2, "a header and one place more");
    let verified = document(&run(&data, &["audit", "verify", "--json"], "")?)?;
    assert_eq!(verified["findings"], json!([]));
    Ok(())
}

/// A village road of 3 m, and a way round that nobody measured.
const MAP: &str = r#"<osm version="0.6">
 <node id="1" lat="29.300" lon="105.900"/><node id="2" lat="29.300" lon="105.910"/>
 <node id="3" lat="29.310" lon="105.900"/><node id="4" lat="29.310" lon="105.910"/>
 <way id="10"><nd ref="1"/><nd ref="2"/><tag k="highway" v="unclassified"/><tag k="name" v="石桥路"/><tag k="width" v="3"/></way>
 <way id="11"><nd ref="1"/><nd ref="3"/><nd ref="4"/><nd ref="2"/><tag k="highway" v="unclassified"/><tag k="name" v="后山路"/></way>
</osm>"#;

#[test]
fn a_way_over_a_map_says_what_stands_in_it_and_what_nobody_knows() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("map.osm");
    std::fs::write(&file, MAP)?;
    let graph = file.display().to_string();
    let data = folder.path().join("none");
    let ask = |words: &[&str]| run(&data, &[words, &["--graph", &graph]].concat(), "");
    let ends = ["--from", "105.900,29.300", "--to", "105.910,29.300", "--json"];
    let route = |more: &[&str]| ask(&[&["route"], &ends[..], more].concat());

    let engine = document(&route(&["--vehicle", "engine"])?)?;
    assert_eq!(
        (&engine["found"], &engine["pessimistic"]["found"]),
        (&json!(true), &json!(false)),
        "{engine}"
    );
    assert_eq!(engine["blocked_by"][0]["name"], "石桥路");
    assert_eq!(engine["blocked_by"][0]["reasons"][0]["code"], "road.refused.width");
    assert_eq!(engine["unknown"][0]["name"], "后山路");
    assert_eq!(engine["unknown"][0]["reasons"][0]["code"], "road.unknown.width");
    assert!(engine["distance_m"].as_f64() > Some(3000.0), "round the hill: {engine}");

    let mini = document(&route(&["--vehicle", "mini"])?)?;
    assert_eq!(mini["pessimistic"]["found"], json!(true), "three metres are enough, and known: {mini}");
    assert!(mini["distance_m"].as_f64() < Some(1000.0) && mini["blocked_by"] == json!([]), "{mini}");
    let plain = document(&route(&["--profile", "plain"])?)?;
    assert_eq!(plain["distance_m"], mini["distance_m"]);
    assert_eq!(plain["geometry"]["type"], "LineString");

    let near = ["reach", "--from", "105.900,29.300", "--minutes", "1", "--vehicle", "mini", "--json"];
    let reach = document(&ask(&near)?)?;
    assert_eq!(reach["polygon"]["type"], "MultiPolygon");
    assert_eq!(reach["reached"][0]["node"], json!(1));
    assert_eq!(reach["unreached"], json!([2]), "970 m at 30 km/h are two minutes: {reach}");

    let stats = document(&ask(&["roads", "stats", "--json"])?)?;
    assert_eq!((&stats["nodes"], &stats["edges"], &stats["with_width"]), (&json!(4), &json!(8), &json!(1)));

    for (words, status, sentence) in [
        (&["route", "--from", "29.3,105.9", "--to", "105.91,29.3"][..], 2, "可能写反了"),
        (&["route", "--from", "116.4,39.9", "--to", "105.91,29.3"], 1, "road.off_road"),
        (&["reach", "--from", "105.9,29.3", "--minutes", "-1"], 2, "--minutes"),
    ] {
        let refused = ask(words)?;
        assert_eq!(refused.status.code(), Some(status), "{words:?}: {}", said(&refused));
        assert!(String::from_utf8_lossy(&refused.stderr).contains(sentence), "{}", said(&refused));
    }
    Ok(())
}

#[test]
fn the_towns_own_network_answers_by_the_same_contract_as_a_map_file() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let data = demo(folder.path())?;
    let file = folder.path().join("map.osm");
    std::fs::write(&file, MAP)?;
    let before = document(&run(&data, &["roads", "stats", "--json"], "")?)?;
    let taken = document(&run(&data, &["roads", "import", &file.display().to_string(), "--json"], "")?)?;
    assert!(taken["map"]["ways"].as_i64() > Some(1), "{taken}");
    let stats = document(&run(&data, &["roads", "stats", "--json"], "")?)?;
    for key in ["nodes", "edges", "length_m", "with_width", "with_height", "barriers"] {
        assert!(stats[key].is_number(), "{key}: {stats}");
    }
    assert!(stats["segments"].as_u64() > before["segments"].as_u64(), "the map lies under it: {stats}");

    let ends = ["route", "--from", "105.900,29.300", "--to", "105.910,29.300", "--vehicle", "mini", "--json"];
    let way = document(&run(&data, &ends, "")?)?;
    assert_eq!((&way["found"], &way["geometry"]["type"]), (&json!(true), &json!("LineString")), "{way}");
    assert!(way["distance_m"].as_f64() > Some(900.0) && way["duration_s"].as_f64() > Some(0.0), "{way}");
    assert!(way["blocked_by"].is_array() && way["unknown"].is_array(), "{way}");

    let near = ["reach", "--from", "105.900,29.300", "--minutes", "1", "--vehicle", "mini", "--json"];
    let reach = document(&run(&data, &near, "")?)?;
    assert_eq!(reach["polygon"]["type"], "MultiPolygon", "{reach}");
    let (reached, unreached) = (reach["reached"].as_array(), reach["unreached"].as_array());
    assert!(
        reached.is_some_and(|all| all[0]["node"] == json!(1) && all[0]["seconds"] == json!(0.0)),
        "{reach}"
    );
    assert!(
        unreached.is_some_and(|all| all.contains(&json!(2))),
        "970 m at 30 km/h are two minutes: {reach}"
    );
    for key in ["polygon", "road_km", "reached", "unreached"] {
        assert!(!reach["pessimistic"][key].is_null(), "{key}: {reach}");
    }
    Ok(())
}

#[test]
fn a_file_too_large_is_refused_unread_and_a_trial_of_a_map_tells_what_is_wrong() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let data = demo(folder.path())?;
    let huge = folder.path().join("huge.osm.pbf");
    let file = std::fs::File::create(&huge)?;
    // Two gigabytes that take no room on the disk.
    std::io::Write::write_all(&mut &file, b"\x00\x00\x00\x0d\x0a\x09OSMHeader")?;
    file.set_len(2 * 1024 * 1024 * 1024)?;
    let begun = std::time::Instant::now();
    let refused = run(&data, &["roads", "import", &huge.display().to_string()], "")?;
    assert_eq!(refused.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("road.file_too_large"), "{}", said(&refused));
    assert!(begun.elapsed().as_secs() < 20, "it was not read");
    let wide = folder.path().join("wide.osm");
    std::fs::write(&wide, MAP.replace("v=\"3\"", "v=\"400\""))?;
    let tried = run(&data, &["roads", "import", &wide.display().to_string(), "--dry-run"], "")?;
    assert_eq!(tried.status.code(), Some(0), "{}", said(&tried));
    assert!(said(&tried).contains("way/10"), "{}", said(&tried));
    Ok(())
}

#[test]
fn sites_are_proven_best_and_the_uncovered_named() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let data = folder.path().join("none");
    // Six places in a line, two far apart from the rest.
    let file = folder.path().join("line.txt");
    std::fs::write(&file, " 6 5 2\n 1 2 10\n 2 3 10\n 3 4 50\n 4 5 10\n 5 6 10\n")?;
    let instance = file.display().to_string();
    let ask =
        |words: &[&str]| run(&data, &[&["site", "--json", "--instance", &instance], words].concat(), "");
    for (words, objective, sites) in [
        (&["--model", "pmedian"][..], 40, Some(json!(["2", "5"]))),
        (&["--model", "pcenter", "--p", "2"], 10, Some(json!(["2", "5"]))),
        (&["--model", "lscp", "--radius", "10"], 2, Some(json!(["2", "5"]))),
        (&["--model", "mclp", "--radius", "10", "--p", "1"], 3, None),
    ] {
        let answer = document(&ask(words)?)?;
        assert_eq!((&answer["objective"], &answer["optimal"]), (&json!(objective), &json!(true)), "{answer}");
        assert_eq!(answer["gap"], json!(0.0));
        assert!(answer["seconds"].as_f64().is_some());
        if let Some(sites) = sites {
            assert_eq!(answer["sites"], sites, "{answer}");
        }
        if words.contains(&"mclp") {
            assert_eq!(answer["uncovered"].as_array().map(Vec::len), Some(3), "{answer}");
        }
    }
    let weights = folder.path().join("weights.json");
    std::fs::write(&weights, "[1, 1, 1, 5, 5, 5]")?;
    let weights = weights.display().to_string();
    let answer = document(&ask(&["--model", "mclp", "--radius", "10", "--p", "1", "--weights", &weights])?)?;
    assert_eq!((&answer["objective"], &answer["sites"]), (&json!(15), &json!(["5"])));
    let refused = ask(&["--model", "mclp", "--p", "1"])?;
    assert_eq!(refused.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("--radius"), "{}", said(&refused));
    Ok(())
}

#[test]
fn orders_of_12345_come_in_once_and_their_answers_go_out_by_command() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let data = demo(folder.path())?;
    let file = folder.path().join("工单.csv");
    let order =
        |due: &str| format!("工单编号,诉求内容,办理时限,来电人\r\nYB-9001,楼道堆满纸箱,{due},金丝雀\r\n");
    std::fs::write(&file, order("2030-01-05"))?;
    let path = file.display().to_string();
    let import = |more: &[&str]| -> Result<Value> {
        let mut arguments = vec!["import", "reports12345", path.as_str(), "--json"];
        arguments.extend(more);
        let told = run(&data, &arguments, "")?;
        assert_eq!(told.status.code(), Some(0), "{}", said(&told));
        assert!(!said(&told).contains("金丝雀"), "who called is told to nobody: {}", said(&told));
        document(&told)
    };
    let numbers = |report: &Value| {
        ["rows", "created", "updated", "unchanged"].map(|key| report[key].as_u64().unwrap_or(u64::MAX))
    };
    let tried = import(&["--dry-run"])?;
    assert_eq!((numbers(&tried), &tried["committed"]), ([1, 1, 0, 0], &json!(false)));
    assert_eq!(numbers(&import(&[])?), [1, 1, 0, 0]);
    assert_eq!(numbers(&import(&[])?), [1, 0, 0, 1], "sent twice");
    std::fs::write(&file, order("2030-01-04"))?;
    let changed = import(&[])?;
    assert_eq!(numbers(&changed), [1, 0, 1, 0]);
    assert_eq!(changed["changes"][0]["fields"][0]["before"], "2030-01-05");

    // The sample town has an answer that waits to go back; a new order has none.
    let out = folder.path().join("答复.json");
    let told = run(&data, &["export", "reports12345", &out.display().to_string()], "")?;
    assert_eq!(told.status.code(), Some(0), "{}", said(&told));
    let answers: Value = serde_json::from_slice(&std::fs::read(&out)?)?;
    let answers = answers.as_array().context("answers")?;
    assert!(!answers.is_empty() && answers.iter().all(|one| one["ext_no"] != "YB-9001"), "{answers:?}");
    assert!(answers.iter().all(|one| one["reply"].as_str().is_some_and(|reply| !reply.is_empty())));
    Ok(())
}

#[test]
fn a_configuration_is_looked_through_and_nothing_is_made() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let data = folder.path().join("data");
    let port = format!("127.0.0.1:{}", crate::common::free_port()?);
    let fit = run(&data, &["config", "check", "--listen", &port, "--json"], "")?;
    assert_eq!(fit.status.code(), Some(0), "{}", said(&fit));
    let told = document(&fit)?;
    assert_eq!(told["ok"], true);
    let names: Vec<&str> =
        told["checks"].as_array().into_iter().flatten().filter_map(|one| one["name"].as_str()).collect();
    assert_eq!(names, ["clock", "town", "data", "keys", "database", "roles", "tls", "ports"]);
    assert!(!data.exists(), "looking makes nothing");

    let text = folder.path().join("note.txt");
    std::fs::write(&text, "no certificate, no database, no gateway")?;
    let text = text.display().to_string();
    let taken = std::net::TcpListener::bind("127.0.0.1:0")?;
    let at = taken.local_addr()?.to_string();
    let database = format!("sqlite:{text}");
    let sheet = [
        (&["--listen", &at][..], "ports"),
        (&["--listen", &port, "--ingest", &port], "ports"),
        (&["--listen", &port, "--tls-cert", &text, "--tls-key", &text], "tls"),
        (&["--listen", "0.0.0.0:0"], "tls"),
        (&["--listen", &port, "--gateways", &text], "gateways"),
        (&["--listen", &port, "--mqtt", "somewhere"], "mqtt"),
        (&["--listen", &port, "--database", &database], "database"),
        (&["--listen", &port, "--town", "qingfeng"], "town"),
    ];
    for (arguments, name) in sheet {
        let wrong = run(&data, &[&["config", "check", "--json"], arguments].concat(), "")?;
        assert_eq!(wrong.status.code(), Some(1), "{arguments:?}");
        let told = document(&wrong)?;
        let bad: Vec<&str> = told["checks"]
            .as_array()
            .into_iter()
            .flatten()
            .filter(|one| one["well"] == false)
            .filter_map(|one| one["name"].as_str())
            .collect();
        assert_eq!((told["ok"].as_bool(), bad), (Some(false), vec![name]), "{}", said(&wrong));
    }
    let lines = said(&run(&data, &["config", "check", "--listen", &at], "")?);
    assert!(lines.contains("差 端口") && lines.contains("好 时钟"), "{lines}");
    for usage in [&["config"][..], &["config", "check", "--roles", "king"], &["serve", "--roles", ""]] {
        assert_eq!(run(&data, usage, "")?.status.code(), Some(2), "{usage:?}");
    }
    Ok(())
}

#[test]
fn one_process_has_the_door_and_another_does_the_work() -> Result<()> {
    use crate::common::{PASSWORD, Served, fengsui, free_port};
    use std::time::{Duration, Instant};

    let folder = tempfile::tempdir()?;
    let data = folder.path().join("data");
    let head = ["user", "add", "auditor", "--role", "auditor", "--territory", "500118100000"];
    let added = run(&data, &head, "first-password-of-theirs\n")?;
    assert!(added.status.success(), "{}", said(&added));
    let port = free_port()?;
    let mut web = fengsui(&data);
    web.args(["serve", "--roles", "web", "--listen", &format!("127.0.0.1:{port}")]);
    let web = Served::wait_for(web, port)?;
    let cookie = web.login_with("auditor", "first-password-of-theirs").context("logged in")?;
    let change = json!({ "old_password": "first-password-of-theirs", "new_password": PASSWORD }).to_string();
    let (status, _, told) =
        web.ask("POST", "/api/v1/me/password", &cookie, "", &change).context("an answer")?;
    assert!(status < 300, "{told}");
    let cookie = web.login("auditor").context("logged in")?;
    let (status, _, job) = web.ask("POST", "/api/v1/audit/verify", &cookie, "", "").context("an answer")?;
    assert_eq!(status, 202, "{job}");
    let id = serde_json::from_str::<Value>(&job)?["id"].as_str().context("an id")?.to_owned();
    let state = || -> Result<String> {
        let path = format!("/api/v1/jobs/{id}");
        let (_, _, job) = web.ask("GET", &path, &cookie, "", "").context("an answer")?;
        Ok(serde_json::from_str::<Value>(&job)?["state"].as_str().unwrap_or_default().to_owned())
    };
    std::thread::sleep(Duration::from_secs(3));
    assert_eq!(state()?, "waiting", "whoever has the door does no work behind it");

    let closed = free_port()?;
    let mut worker = fengsui(&data);
    worker.args(["serve", "--roles", "worker", "--listen", &format!("127.0.0.1:{closed}")]);
    let mut worker = Served { child: worker.spawn()?, port: closed };
    let until = Instant::now() + Duration::from_secs(30);
    while state()? != "done" {
        anyhow::ensure!(Instant::now() < until, "nobody did the work: {}", state()?);
        std::thread::sleep(Duration::from_millis(100));
    }
    assert!(worker.ask("GET", "/healthz", "", "", "").is_none(), "and who works has no door");
    let told = std::process::Command::new("kill").arg(worker.child.id().to_string()).status()?;
    assert!(told.success() && worker.child.wait()?.success(), "told to stop, it ends well");
    Ok(())
}

#[test]
fn a_spring_of_weather_becomes_fire_weather_row_by_row() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("weather.csv");
    let days =
        "long;lat;yr;mon;day;temp;rh;ws;prec\n-100;40;1985;4;13;17;42;25;0\n-100;40;1985;4;14;20;21;25;2.4\n";
    std::fs::write(&file, days)?;
    let at = file.display().to_string();
    let told = run(folder.path(), &["danger", "fwi", &at, "--lat", "40", "--json"], "")?;
    assert_eq!(told.status.code(), Some(0), "{}", said(&told));
    let rows = document(&told)?;
    let wanted =
        [("FFMC", 86.2), ("DMC", 10.4), ("DC", 23.57), ("ISI", 8.771), ("BUI", 10.36), ("FWI", 9.22)];
    for (name, wanted) in wanted {
        let found = rows[1][name].as_f64().context(name)?;
        assert!((found - wanted).abs() <= wanted * 1e-3, "{name}: {found} for {wanted}");
    }
    // Begun from the first day's codes, the second day alone comes out the same.
    let first = |name: &str| rows[0][name].to_string();
    let start = [first("FFMC"), first("DMC"), first("DC")].join(",");
    std::fs::write(&file, "month,day,temp,rh,ws,prec\n4,14,20,21,25,2.4\n")?;
    let again = run(folder.path(), &["danger", "fwi", &at, "--lat", "40", "--start", &start, "--json"], "")?;
    assert_eq!(document(&again)?[0]["FWI"], rows[1]["FWI"]);
    for (table, sentence) in [
        ("month,day,temp,rh,ws\n4,14,20,21,25\n", "没有 prec 这一列"),
        ("month,day,temp,rh,ws,prec\n4,14,warm,21,25,0\n", "第 2 行 temp"),
        ("month,day,temp,rh,ws,prec\n4,14,20,121,25,0\n", "相对湿度超出"),
    ] {
        std::fs::write(&file, table)?;
        let refused = run(folder.path(), &["danger", "fwi", &at, "--lat", "40"], "")?;
        assert_eq!(refused.status.code(), Some(1), "{table}");
        assert!(said(&refused).contains(sentence), "{}", said(&refused));
    }
    assert_eq!(
        run(folder.path(), &["danger", "fwi", &at], "")?.status.code(),
        Some(2),
        "where, it must be told"
    );
    Ok(())
}

/// `fengsui openapi | head`: whoever reads along stops reading, and nothing is said of a fault.
#[test]
fn a_command_nobody_reads_to_its_end_ends_quietly() -> Result<()> {
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_fengsui"));
    let mut child = command
        .arg("openapi")
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()?;
    // Closed before a line was read.
    drop(child.stdout.take());
    let ended = child.wait_with_output()?;
    assert_eq!(ended.status.code(), Some(141));
    assert_eq!(String::from_utf8_lossy(&ended.stderr), "");
    Ok(())
}
