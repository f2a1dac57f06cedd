//! Somebody else's client against the shipped program: the published Python package `georeport` lists, defines, polls; what it
//! cannot, posting, goes by the standard's own form. Without Python or the package the story says so and passes nothing off as
//! tried: `pip install georeport==0.3.1`, or `FENGSUI_GEOREPORT_PYTHON` names an interpreter that has it.

use std::process::Command;

use anyhow::{Context, Result};
use serde_json::Value;

use crate::common::{Served, run, said};

/// What the client does, as one JSON document; the address and the form of answers are its arguments.
const STORY: &str = r#"
import json, sys
from georeport import GeoReport
client = GeoReport(sys.argv[1], output_format=sys.argv[2])
services = client.get_service_list()
codes = [one['service_code'] for one in services]
definition = client.get_service_definition('blocked_exit')
requests = client.get_service_requests(status='open')
one = client.get_service_request(sys.argv[3])
print(json.dumps({'codes': codes, 'definition': definition, 'requests': requests, 'one': one}))
"#;

/// An interpreter that has the package, if there is one here.
fn python() -> Option<String> {
    let named = std::env::var("FENGSUI_GEOREPORT_PYTHON").ok();
    named.into_iter().chain(["python3".to_owned()]).find(|program| {
        let asked = Command::new(program).args(["-c", "import georeport"]).output();
        asked.is_ok_and(|output| output.status.success())
    })
}

fn ask(python: &str, root: &str, form: &str, request: &str) -> Result<Value> {
    let told = Command::new(python).args(["-c", STORY, root, form, request]).output()?;
    serde_json::from_slice(&told.stdout).with_context(|| said(&told))
}

#[test]
fn the_published_python_client_lists_defines_and_polls_what_was_posted() -> Result<()> {
    let Some(python) = python() else {
        eprintln!("SKIPPED: no Python with the package georeport (pip install georeport==0.3.1)");
        return Ok(());
    };
    let folder = tempfile::tempdir()?;
    let data = folder.path().join("demo");
    let filled = run(&data, &["demo"], "")?;
    assert!(filled.status.success(), "{}", said(&filled));
    let served = Served::start(&data)?;
    let root = format!("http://127.0.0.1:{}/open311/v2", served.port);
    let form = "service_code=blocked_exit&lat=29.26&long=105.87&description=boxes+on+the+stairs\
                &attribute%5Bwhere_exactly%5D=3F";
    let headers = [("Content-Type", "application/x-www-form-urlencoded")];
    let posted = served.send("POST", "/open311/v2/requests.json", &headers, form.as_bytes());
    let (status, _, body) = posted.context("the server answers")?;
    assert_eq!(status, 201, "{body}");
    let told: Value = serde_json::from_str(&body)?;
    let request = told[0]["service_request_id"].as_str().context("a number")?.to_owned();

    for form in ["json", "xml"] {
        let seen = ask(&python, &root, form, &request)?;
        let codes = seen["codes"].as_array().context("services")?;
        assert!(codes.contains(&"blocked_exit".into()) && codes.contains(&"wiring".into()), "{seen}");
        assert!(seen["definition"].to_string().contains("where_exactly"), "{form}: {}", seen["definition"]);
        assert!(seen["requests"].to_string().contains(&request), "{form}: {}", seen["requests"]);
        assert_eq!(
            (&seen["one"]["service_request_id"], &seen["one"]["status"]),
            (&request.as_str().into(), &"open".into()),
            "{form}"
        );
        // Nothing of what was said is told.
        assert!(!seen.to_string().contains("boxes on the stairs"), "{form}: {seen}");
    }
    Ok(())
}
