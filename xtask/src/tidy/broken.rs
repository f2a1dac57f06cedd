//! A house in order, and every rule broken in it once or more: a rule that cannot fail is no rule.

use std::collections::BTreeSet;

use crate::tidy::house::{Dependency, File, Finding, House, Outside, Package};
use crate::tidy::{RULES, check};

const DENY: &str = "[licenses]\nallow = [\"MIT\"]\n\
    [sources]\nallow-registry = [\"https://github.com/rust-lang/crates.io-index\"]\n\
    [bans]\ndeny = [{ crate = \"openssl\", reason = \"rustls\" }, { crate = \"webpki@0.102\", reason = \"old\" }]\n";
const REGISTRY: &str = "registry+https://github.com/rust-lang/crates.io-index";
const MANIFEST: &str = "[lints]\nworkspace = true\n";

/// Rooms, a use case, a store function with its contract, a migration, documents: all as they should be.
fn in_order() -> House {
    let files = [
        ("ARCHITECTURE.md", "Rooms: `hazard`, `db`. See [the index](docs/README.md#x) and [docs](docs)."),
        ("docs/README.md", "[Back](../ARCHITECTURE.md), [elsewhere](https://example.org/work/)"),
        ("deny.toml", DENY),
        (
            "crates/domain/src/hazard.rs",
            "//! Hazards.\nfn due(now: Timestamp) { \"请写明{what}\"; \"场所\" }\n#[cfg(test)]\nmod t { use std::fs; }",
        ),
        (
            "crates/store/src/db.rs",
            "//! Engines.\npub async fn open() { \"DELETE FROM session WHERE town = $1\"; sqlx::query(\"SELECT 1\") }",
        ),
        ("crates/store/tests/contract_db.rs", "//! Both.\nasync fn t() { open().await }"),
        ("crates/store/tests/main.rs", "//! One program.\nmod contract_db;\nmod ground;\n"),
        ("crates/store/tests/ground/mod.rs", "//! Shared.\n"),
        (
            "crates/store/migrations/0001.sql",
            "-- a comment, with ( and grade TEXT\nCREATE TABLE hazard (\n  town TEXT NOT NULL, id TEXT NOT NULL,\n  \
             lon DOUBLE PRECISION, cached_risk_grade TEXT NOT NULL,\n  PRIMARY KEY (town, id), UNIQUE (town, id));\n",
        ),
        (
            "crates/app/src/hazard.rs",
            "//! Hazards.\npub async fn order(caller: &Caller, app: &App) { let tx = app.db.write(t); tx.commit(a) }\n\
             impl App { pub async fn close(&self, caller: Caller) {} }\nasync fn own(app: &App) {}",
        ),
        ("crates/api/src/hazard.rs", "//! Hazards.\nuse axum::Json;"),
        ("crates/server/src/main.rs", "//! The program.\nfn main() { std::env::args(); axum::serve() }"),
        ("crates/domain/Cargo.toml", MANIFEST),
        ("plans/base.toml", "[plan]\nname = \"x\"\n"),
        ("web/src/shared/i18n/said.en.json", "{\"hazard\": {\"请写明{what}\": \"Give: {what}\"}}"),
    ];
    let package = |name: &str, dependencies: &[(&str, bool)]| Package {
        name: name.to_owned(),
        manifest: format!("crates/{}/Cargo.toml", name.trim_start_matches("fengsui-")),
        dependencies: dependencies
            .iter()
            .map(|(name, dev)| Dependency { name: (*name).to_owned(), dev: *dev })
            .collect(),
    };
    House {
        files: files.into_iter().map(|(path, text)| File::new(path, text)).collect(),
        packages: vec![
            package("fengsui-domain", &[("chrono", false), ("proptest", true)]),
            package(
                "fengsui-store",
                &[("fengsui-domain", false), ("sqlx", false), ("fengsui-testkit", true)],
            ),
            package("fengsui-protocol", &[("fengsui-domain", false)]),
            package("fengsui-api", &[("fengsui-app", false), ("axum", false)]),
        ],
        outside: vec![Outside {
            name: "serde 1.0.0".into(),
            licence: "MIT OR Apache-2.0".into(),
            source: REGISTRY.into(),
        }],
    }
}

/// The house with one more file, or another in the place of one that was there.
fn with(path: &str, text: &str) -> House {
    let mut house = in_order();
    house.files.retain(|file| file.path != path);
    house.files.push(File::new(path, text));
    house
}

fn with_dependency(package: &str, name: &str, dev: bool) -> House {
    let mut house = in_order();
    let name = name.to_owned();
    let known = house.packages.iter_mut().find(|p| p.name == package).expect("in the house");
    known.dependencies.push(Dependency { name, dev });
    house
}

fn with_outside(name: &str, licence: &str, source: &str) -> House {
    let mut house = in_order();
    house.outside.push(Outside { name: name.into(), licence: licence.into(), source: source.into() });
    house
}

#[test]
fn a_house_in_order_has_no_findings() {
    assert_eq!(check(&in_order()), []);
    assert_eq!(check(&with_dependency("fengsui-api", "fengsui-store", true)), [], "rows written by a story");
}

#[test]
fn every_broken_invariant_is_found_where_it_is() {
    let domain = |code: &str| with("crates/domain/src/hazard.rs", &format!("//! Hazards.\n{code}"));
    let protocol = |code: &str| with("crates/protocol/src/frame.rs", &format!("//! Frames.\n{code}"));
    let app = |code: &str| with("crates/app/src/hazard.rs", &format!("//! Hazards.\n{code}"));
    let store = |code: &str| with("crates/store/src/db.rs", &format!("//! Engines.\n{code}"));
    let sql = |sql: &str| with("crates/store/migrations/0002.sql", sql);
    let long = format!("//! Long.\n{}", "\n".repeat(900));
    let cases: Vec<(&str, usize, House)> = vec![
        ("pure", 2, domain("use tokio::time;")),
        ("pure", 3, domain("\nfn f() { std::fs::read(p) }")),
        ("pure", 2, domain("fn f() -> SystemTime { x }")),
        ("pure", 2, domain("fn f() { chrono::Utc::now() }")),
        ("pure", 2, domain("fn f() { Uuid::now_v7() }")),
        ("pure", 1, with_dependency("fengsui-domain", "tokio", false)),
        ("waits", 2, protocol("use tokio::io::AsyncRead;")),
        ("waits", 3, protocol("\nfn f() { std::net::TcpStream::connect(to) }")),
        ("waits", 1, with_dependency("fengsui-protocol", "tokio", false)),
        ("stairs", 1, with_dependency("fengsui-store", "fengsui-exchange", false)),
        ("stairs", 1, with_dependency("fengsui-store", "fengsui-app", true)),
        ("stairs", 1, with_dependency("fengsui-api", "fengsui-store", false)),
        ("stairs", 1, with_dependency("fengsui-api", "fengsui-exchange", true)),
        ("sql", 2, app("const A: &str = \"SELECT * FROM hazard\";")),
        ("sql", 2, app("const A: &str = r#\"\n  UPDATE hazard SET a = 1\"#;")),
        ("sql", 2, app("const A: &str = \"WITH a AS (SELECT 1) TABLE a\";")),
        ("sql", 2, app("use sqlx::Row;")),
        ("sql", 1, with_dependency("fengsui-api", "sqlx", false)),
        ("delete", 2, store("fn f() { \"DELETE FROM hazard WHERE id = $1\" }")),
        ("delete", 2, store("fn f() { format!(\"DELETE FROM {table}\") }")),
        ("http", 2, app("use axum::Json;")),
        ("http", 1, with_dependency("fengsui-store", "axum", true)),
        ("environment", 2, store("fn f() { std::env::var(\"A\") }")),
        ("environment", 2, app("use std::env;")),
        ("caller", 2, app("pub async fn order(app: &App, caller: &Caller) {}")),
        ("caller", 3, app("impl App {\npub async fn close(&self) {} }")),
        ("commit", 2, app("async fn order(app: &App) { let tx = app.write(caller).await?; tx.save() }")),
        ("commit", 2, app("async fn order(&self) { let tx = self.write(caller).await?; tx.save() }")),
        ("commit", 2, app("async fn order(app: &App) { let tx = app\n.db\n.write(town).await?; tx.save() }")),
        ("contract", 3, store("async fn open() {}\npub async fn close() {}")),
        ("town", 1, sql("CREATE TABLE a (id TEXT NOT NULL, PRIMARY KEY (id));")),
        ("town", 1, sql("CREATE TABLE a (town TEXT NOT NULL, id TEXT PRIMARY KEY);")),
        ("town", 2, sql("\nCREATE TABLE a (town TEXT NOT NULL, id TEXT, PRIMARY KEY (id, town));")),
        ("types", 3, sql("CREATE TABLE a (town TEXT,\n b TEXT,\n c INTEGER, PRIMARY KEY (town, b));")),
        ("types", 1, sql("CREATE TABLE a (town TEXT, c NUMERIC(3, 1), PRIMARY KEY (town, c));")),
        ("computed", 2, sql("CREATE TABLE a (town TEXT,\n overdue BOOLEAN, PRIMARY KEY (town));")),
        ("computed", 1, sql("CREATE TABLE a (town TEXT, risk_grade TEXT, PRIMARY KEY (town));")),
        ("english", 2, domain("fn f() { \"请填写理由\" }")),
        ("english", 3, domain("#[error(\n    \"照片重复\"\n)]\nRepeated,")),
        ("english", 2, app("fn f() { \"请写明{}\" }")),
        ("rooms", 1, with("crates/api/src/hazards.rs", "//! Misnamed.\n")),
        ("rooms", 1, with("crates/app/src/jobs/runner.rs", "//! A folder off the plan.\n")),
        ("listed", 1, with("crates/store/tests/contract_hazard.rs", "//! Not listed: never run.\n")),
        ("opening", 1, with("crates/server/src/cli.rs", "fn f() {}\n")),
        ("length", 901, with("crates/server/src/cli.rs", &long)),
        ("machine", 1, with("docs/x.md", "see /root/notes")),
        ("machine", 2, with(".ci/run", "#!/bin/sh\ncd \"/work/main\"")),
        ("unfinished", 2, domain("fn f() { todo!() }")),
        ("unfinished", 1, with("web/src/a.vue", "<p>敬请期待</p>")),
        ("unfinished", 1, with("web/src/a.spec.ts", "describe.only('x', f)")),
        ("unfinished", 2, domain("#[ignore]")),
        ("unfinished", 1, with("docs/x.md", "TODO: write")),
        ("toml", 2, with("plans/base.toml", "[plan]\nname = \n")),
        ("links", 1, with("docs/x.md", "[gone](gone.md)")),
        ("lints", 1, with("crates/domain/Cargo.toml", "[package]\nname = \"x\"\n")),
        ("licences", 1, with_outside("copyleft 1.0.0", "GPL-3.0-only", REGISTRY)),
        ("licences", 1, with_outside("mute 1.0.0", "", REGISTRY)),
        ("licences", 1, with_outside("stray 1.0.0", "MIT", "git+https://example.org/stray")),
        ("bans", 1, with_outside("openssl 0.10.1", "MIT", REGISTRY)),
        ("bans", 1, with_outside("webpki 0.102.8", "MIT", REGISTRY)),
    ];
    let mut broken = BTreeSet::new();
    for (n, (rule, line, house)) in cases.iter().enumerate() {
        let found = check(house);
        let hit = found.iter().any(|finding| finding.rule == *rule && finding.line == *line);
        assert!(hit, "case {n}: {rule} in line {line} is not among {found:?}");
        broken.insert(*rule);
    }
    let all: BTreeSet<&str> = RULES.iter().map(|rule| rule.name).collect();
    assert_eq!(broken, all, "every rule is broken at least once");
}

#[test]
fn what_looks_alike_is_let_pass() {
    for house in [
        with(
            "crates/app/src/hazard.rs",
            "//! SELECT is a word.\nconst A: &str = \"UPDATE your browser\"; // SELECT a",
        ),
        with(
            "crates/app/src/hazard.rs",
            "//! x\nfn f() { lock.write(); }\nfn axum_like() { env!(\"CARGO\") }",
        ),
        with("crates/store/migrations/0002.sql", "CREATE INDEX a ON hazard (town, id);\n"),
        with("docs/x.md", "https://example.org/home/ and crates/work/ and [mail](mailto:a@b.cn)"),
        with_outside("webpki 0.103.1", "MIT", REGISTRY),
        with_dependency("fengsui-api", "fengsui-testkit", true),
    ] {
        assert_eq!(check(&house), []);
    }
}

#[test]
fn an_exception_is_written_where_it_is_made_and_says_why() {
    let login = |above: &str| {
        let code = format!("//! Accounts.\n{above}\n#[must_use]\npub async fn login(app: &App) {{}}\n");
        check(&with("crates/app/src/hazard.rs", &code))
    };
    assert_eq!(login("/// Logs in. tidy(caller): nobody is known before login"), []);
    assert_eq!(login("// tidy(caller): why").len(), 1, "that is no reason");
    let rules = |found: Vec<Finding>| found.iter().map(|finding| finding.rule).collect::<Vec<_>>();
    let idle = ["caller", "excuse"];
    assert_eq!(rules(login("// tidy(commit): nobody is known before login")), idle, "another rule");
    assert_eq!(rules(login("// tidy(caller): nobody is known before login\n")), idle, "not right above");
    let pure = with(
        "crates/domain/src/hazard.rs",
        "//! Hazards.\n// tidy(pure): because I want to\nuse tokio::time;",
    );
    assert_eq!(rules(check(&pure)), ["pure", "excuse"], "some rules know no exception");
}
