//! A disk that is really full: the data folder lies on a file system of a few megabytes that is filled up under a running
//! server. Writes are refused with 507 and one sentence, reads go on, and once there is room everything works again.

use std::io::Write;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use crate::common::{PASSWORD, Served, free_port};

/// One red pixel.
const PICTURE: &[u8] = &[
    0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0x00, 0x00, 0x00, 0x0d, 0x49, 0x48, 0x44, 0x52, 0x00,
    0x00, 0x00, 0x01, 0x00, 0x00, 0x00, 0x01, 0x08, 0x02, 0x00, 0x00, 0x00, 0x90, 0x77, 0x53, 0xde, 0x00,
    0x00, 0x00, 0x0c, 0x49, 0x44, 0x41, 0x54, 0x78, 0x9c, 0x63, 0xf8, 0xcf, 0xc0, 0x00, 0x00, 0x03, 0x01,
    0x01, 0x00, 0xc9, 0xfe, 0x92, 0xef, 0x00, 0x00, 0x00, 0x00, 0x49, 0x45, 0x4e, 0x44, 0xae, 0x42, 0x60,
    0x82,
];
const CHANGED: &str = "second-password-of-the-office";

/// A command in a mount namespace of its own, where a small file system lies on a folder.
fn apart() -> Command {
    let mut command = Command::new("unshare");
    // Root has no need of a user namespace; anybody else gets one.
    let is_root =
        std::fs::metadata("/proc/self").is_ok_and(|own| std::os::unix::fs::MetadataExt::uid(&own) == 0);
    command.arg(if is_root { "-m" } else { "-rm" });
    command
}

fn can_mount(folder: &std::path::Path) -> bool {
    let mut tried = apart();
    tried.args(["mount", "-t", "tmpfs", "-o", "size=1m", "none"]).arg(folder);
    tried.output().is_ok_and(|output| output.status.success())
}

/// A session that may work: the first password only opens the door to change it.
fn signed_in(served: &Served, login: &str) -> Result<String> {
    let first = served.login(login).context("first login")?;
    let body = json!({ "old_password": PASSWORD, "new_password": CHANGED }).to_string();
    let told = served.ask("POST", "/api/v1/me/password", &first, "", &body).context("answered")?;
    ensure!(told.0 < 300, "{told:?}");
    served.login_with(login, CHANGED).context("second login")
}

fn code(body: &str) -> String {
    let told: Value = serde_json::from_str(body).unwrap_or_default();
    told["code"].as_str().unwrap_or_default().to_owned()
}

#[test]
fn a_full_disk_refuses_writes_with_a_sentence_and_reading_goes_on() -> Result<()> {
    let folder = tempfile::tempdir()?;
    if !can_mount(folder.path()) {
        // A container may forbid it whoever asks; then there is no disk that can be filled without harm.
        eprintln!("NOT RUN: no file system may be mounted here, so none can be filled");
        return Ok(());
    }
    let port = free_port()?;
    let mut command = apart();
    let script = r#"mount -t tmpfs -o size=24m none "$1" &&
        printf '%s\n' "$4" | "$2" --data "$1" user add clerk --role office_clerk --territory 500118100000 >&2 &&
        exec "$2" --data "$1" serve --listen "$3""#;
    command.args(["sh", "-c", script, "sh"]).arg(folder.path()).arg(env!("CARGO_BIN_EXE_fengsui"));
    command.args([&format!("127.0.0.1:{port}"), PASSWORD]).env("RUST_LOG", "warn");
    let served = Served::wait_for(command, port)?;
    let cookie = signed_in(&served, "clerk")?;
    // The small file system is seen from outside through the process that lives in it.
    let inside = PathBuf::from(format!("/proc/{}/root{}", served.child.id(), folder.path().display()));
    let ballast = inside.join("ballast");

    let hash = app::request_hash(PICTURE);
    let length = PICTURE.len().to_string();
    let upload = || {
        let path = "/api/v1/photos/01a00000-0000-7000-8000-00000000aaaa?object_kind=inspection\
                    &object_id=01a00000-0000-7000-8000-00000000bbbb&role=item";
        let headers = [
            ("Cookie", cookie.as_str()),
            ("Content-Type", "application/octet-stream"),
            ("Upload-Offset", "0"),
            ("Upload-Length", length.as_str()),
            ("Upload-Sha256", hash.as_str()),
        ];
        served.send("PUT", path, &headers, PICTURE).context("answered")
    };
    let login = json!({ "login": "clerk", "password": CHANGED }).to_string();

    let mut file = std::fs::File::create(&ballast)?;
    let block = [0_u8; 4096];
    let full = loop {
        if let Err(error) = file.write_all(&block) {
            break error;
        }
    };
    assert_eq!(full.kind(), std::io::ErrorKind::StorageFull);
    for _ in 0..3 {
        let (status, _, body) = served.ask("POST", "/api/v1/login", "", "", &login).context("answered")?;
        assert_eq!((status, code(&body).as_str()), (507, "store.full"), "the database: {body}");
        assert!(body.contains("磁盘已满，暂时不能写入，请先清理磁盘"), "{body}");
        let (status, _, body) = upload()?;
        assert_eq!((status, code(&body).as_str()), (507, "store.full"), "a photo: {body}");
        for path in ["/api/v1/me", "/api/v1/places?limit=5", "/api/v1/hazards?limit=5", "/healthz"] {
            let (status, _, body) = served.ask("GET", path, &cookie, "", "").context("answered")?;
            assert_eq!(status, 200, "reads go on, {path}: {body}");
        }
    }

    drop(file);
    std::fs::remove_file(&ballast)?;
    assert!(served.login_with("clerk", CHANGED).is_some(), "there is room again");
    let (status, _, body) = upload()?;
    assert_eq!(status, 200, "{body}");
    let told: Value = serde_json::from_str(&body)?;
    assert_eq!((&told["complete"], &told["sha256"]), (&json!(true), &json!(hash)));
    Ok(())
}
