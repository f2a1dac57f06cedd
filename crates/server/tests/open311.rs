//! Somebody else's client against the shipped program: the published Python package `georeport`, as it is, lists, defines and
//! polls. It has no call that posts, so a post goes by what it is made of: its address, its form of answers, its key, and the
//! HTTP library it calls by. Without Python or the package the story says so and passes nothing off as tried:
//! `pip install georeport==0.3.1`, or `FENGSUI_GEOREPORT_PYTHON` names an interpreter that has it.

use std::process::Command;

use anyhow::{Context, Result};
use serde_json::Value;

use crate::common::{Served, demo, said};

/// What the client does, as one JSON document; the address and the form of answers are its arguments.
const STORY: &str = r#"
import json, sys
from georeport import GeoReport, georeport
client = GeoReport(sys.argv[1], output_format=sys.argv[2], api_key='none')
services = client.get_service_list()
codes = [one['service_code'] for one in services]
definition = client.get_service_definition('blocked_exit')
posted = georeport.requests.post(
    f'{client.root_address}/requests.{client.output_format}', params={'api_key': client.api_key},
    data={'service_code': 'blocked_exit', 'lat': '29.26', 'long': '105.87', 'description': 'boxes on the stairs',
          'attribute[where_exactly]': '3F'})
posted.raise_for_status()
if client.output_format == 'json':
    told = posted.json()[0]
else:
    told = georeport.xmltodict.parse(posted.content)['service_requests']['request']
requests = client.get_service_requests(status='open')
one = client.get_service_request(told['service_request_id'])
print(json.dumps({'codes': codes, 'definition': definition, 'posted': [posted.status_code, told], 'requests': requests, 'one': one}))
"#;

/// An interpreter that has the package, if there is one here.
fn python() -> Option<String> {
    let named = std::env::var("FENGSUI_GEOREPORT_PYTHON").ok();
    named.into_iter().chain(["python3".to_owned()]).find(|program| {
        let asked = Command::new(program).args(["-c", "import georeport"]).output();
        asked.is_ok_and(|output| output.status.success())
    })
}

fn ask(python: &str, root: &str, form: &str) -> Result<Value> {
    let told = Command::new(python).args(["-c", STORY, root, form]).output()?;
    serde_json::from_slice(&told.stdout).with_context(|| said(&told))
}

#[test]
fn the_published_python_client_lists_defines_posts_and_polls() -> Result<()> {
    let Some(python) = python() else {
        eprintln!("SKIPPED: no Python with the package georeport (pip install georeport==0.3.1)");
        return Ok(());
    };
    let folder = tempfile::tempdir()?;
    let data = demo(folder.path())?;
    let served = Served::start(&data)?;
    let root = format!("http://127.0.0.1:{}/open311/v2", served.port);
    for form in ["json", "xml"] {
        let seen = ask(&python, &root, form)?;
        assert_eq!(seen["posted"][0], 201, "{form}: {}", seen["posted"]);
        let request = seen["posted"][1]["service_request_id"].as_str().context("a number")?.to_owned();
        let codes = seen["codes"].as_array().context("services")?;
        assert!(codes.contains(&"blocked_exit".into()) && codes.contains(&"wiring".into()), "{seen}");
        assert!(seen["definition"].to_string().contains("where_exactly"), "{form}: {}", seen["definition"]);
        assert!(seen["requests"].to_string().contains(&request), "{form}: {}", seen["requests"]);
        assert_eq!(
            (&seen["one"]["service_request_id"], &seen["one"]["status"]),
            (&request.as_str().into(), &"open".into()),
            "{form}"
        );
        // Nothing of what was said is told; the receipt is only the poster's.
        assert!(!seen.to_string().contains("boxes on the stairs"), "{form}: {seen}");
    }
    Ok(())
}
