//! Proof that nobody altered the record: the chain of audit entries is recomputed, every row is hashed again and
//! compared with the last entry that wrote it, and every blob with its name. The bytes of devices come too fast to be sealed
//! one by one: what was read from them is, and carries their hash.

use std::collections::HashMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use domain::signal::Signal;
use serde::Serialize;

use crate::audit::{Entry, content_hash, entry_id};
use crate::seal::{row_hash, sha256};
use crate::{Read, Result, args};

/// Tables whose every row is sealed by an audit entry.
pub const SEALED: &[&str] = &[
    "territory",
    "org",
    "person",
    "post",
    "assignment",
    "certificate",
    "gate_exemption",
    "course",
    "training_session",
    "attendance",
    "question",
    "test_attempt",
    "handover",
    "account",
    "place",
    "place_list",
    "list_entry",
    "plan_version",
    "plan_proposal",
    "notice",
    "notice_ruling",
    "parameter",
    "waiver",
    "holiday_year",
    "export",
    "checklist",
    "inspection_plan",
    "plan_item",
    "task",
    "inspection",
    "photo",
    "evidence",
    "evidence_event",
    "attachment",
    "letter",
    "hazard",
    "hazard_event",
    "unit_link",
    "blob",
    "import_file",
    "meeting",
    "follow_up",
    "report",
    "budget_line",
    "campaign",
    "contract",
    "drill",
    "call_test",
    "call_station",
    "sortie",
    "force",
    "force_check",
    "force_duty",
    "force_patrol",
    "paper",
    "paper_receipt",
    "paper_series",
    "paper_template",
    "placard",
    "facility",
    "facility_event",
    "device",
    "device_span",
    "signal",
    "road",
    "road_event",
    "group_count",
    "boundary",
    "group_point",
    "road_map",
    "road_scenario",
    "incident",
    "incident_event",
    "incident_signal",
    "incident_mask",
    "incident_watch",
    "dispatch",
    "message",
    "message_try",
    "reach",
    "push_subscription",
    "push_key",
    "subscriber",
    "report_case",
    "report_case_event",
    "report_order",
    "reporter",
    "reporter_voice",
    "authority_item",
    "enforcement",
    "enforcement_event",
    "house",
    "house_check",
    "assessment",
    "stop_use",
    "stop_use_event",
    "fire_plan",
    "fire_plan_event",
    "facility_report",
    "siting",
    "project",
    "whistle",
    "whistle_event",
    "whistle_note",
    "docket_entry",
    "inspection_signature",
    "sector_risk",
    "sector_ruling",
    "operation_timing",
];

/// Something that does not fit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// Stable dotted code.
    pub code: &'static str,
    /// Where: table and row, or the entry's number.
    pub place: String,
    /// One sentence.
    pub message: String,
}

/// The outcome for one town.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Verified {
    /// Audit entries checked.
    pub entries: i64,
    /// Rows checked.
    pub rows: i64,
    /// Hash of the last entry: write it down, and nobody can rewind the record unnoticed.
    pub head: String,
    /// What does not fit; empty when nothing was altered.
    pub findings: Vec<Finding>,
}

impl Read {
    /// Checks the chain and every sealed row of this town.
    pub async fn verify(&mut self) -> Result<Verified> {
        let town = self.town.clone();
        let mut findings = Vec::new();
        let mut entries: Vec<(i64, String)> = Vec::new();
        let mut prev = String::new();
        {
            let (findings, entries, prev) = (&mut findings, &mut entries, &mut prev);
            let of = town.clone();
            self.each("SELECT * FROM audit WHERE town = $1 ORDER BY seq", args![town.as_str()], |row| {
                let entry = Entry::from_row(&row)?;
                let at = format!("audit #{}", entry.seq);
                if entry.seq != entries.len() as i64 + 1 {
                    findings.push(Finding {
                        code: "audit.gap",
                        place: at.clone(),
                        message: "审计记录编号不连续，有记录被删除或插入".into(),
                    });
                }
                let is_own = row.text("id")? == entry_id(&of, entry.seq);
                if !is_own || entry.prev_hash != *prev || entry.hash != entry.computed_hash(&of) {
                    findings.push(Finding {
                        code: "audit.chain",
                        place: at,
                        message: "审计记录被改动，散列链在此断开".into(),
                    });
                }
                *prev = entry.hash.clone();
                entries.push((entry.seq, entry.content_hash));
                Ok(())
            })
            .await?;
        }
        let head = self.audit_head().await?;
        if head.1 != prev || head.0 != entries.len() as i64 {
            findings.push(Finding {
                code: "audit.head",
                place: "audit_head".into(),
                message: "审计链的末端与登记不符，可能被回退".into(),
            });
        }
        let mut last: HashMap<(String, String), String> = HashMap::new();
        let mut by_seq: HashMap<i64, Vec<(String, String, String)>> = HashMap::new();
        self.each(
            "SELECT * FROM audit_item WHERE town = $1 ORDER BY seq, ord",
            args![town.as_str()],
            |row| {
                let (table, id, hash) = (row.text("table_name")?, row.text("row_id")?, row.text("row_hash")?);
                by_seq.entry(row.int("seq")?).or_default().push((table.clone(), id.clone(), hash.clone()));
                last.insert((table, id), hash);
                Ok(())
            },
        )
        .await?;
        for (seq, expected) in &entries {
            let items = by_seq.remove(seq).unwrap_or_default();
            if content_hash(items.iter().map(|(t, i, h)| (t.as_str(), i.as_str(), h.as_str()))) != *expected {
                findings.push(Finding {
                    code: "audit.items",
                    place: format!("audit #{seq}"),
                    message: "审计条目所封存的内容清单被改动".into(),
                });
            }
        }
        if let Some(seq) = by_seq.keys().next() {
            findings.push(Finding {
                code: "audit.items",
                place: format!("audit #{seq}"),
                message: "有封存清单没有对应的审计记录".into(),
            });
        }
        let mut rows = 0;
        // The hash each sealed signal gives of the bytes it was read from.
        let mut raws: HashMap<String, String> = HashMap::new();
        for table in SEALED {
            let (findings, last, rows, raws) = (&mut findings, &mut last, &mut rows, &mut raws);
            self.each(format!("SELECT * FROM {table} WHERE town = $1"), args![town.as_str()], |row| {
                *rows += 1;
                let id = row.text("id")?;
                let found = row_hash(&row)?;
                if *table == "signal" {
                    let signal: Signal = row.json("content")?;
                    if let (Some(raw), Some(hash)) = (signal.raw, signal.detail.get("sha256")) {
                        raws.insert(raw.to_string(), hash.clone());
                    }
                }
                match last.remove(&((*table).to_owned(), id.clone())) {
                    Some(hash) if hash == found => {}
                    Some(_) => findings.push(Finding {
                        code: "audit.row_changed",
                        place: format!("{table} {id}"),
                        message: "这一行在记录之外被改动".into(),
                    }),
                    None => findings.push(Finding {
                        code: "audit.row_added",
                        place: format!("{table} {id}"),
                        message: "这一行没有经过记录".into(),
                    }),
                }
                Ok(())
            })
            .await?;
        }
        {
            let (findings, raws) = (&mut findings, &mut raws);
            let sql = "SELECT id, bytes FROM raw_signal WHERE town = $1";
            self.each(sql, args![town.as_str()], |row| {
                let id = row.text("id")?;
                let Some(hash) = raws.remove(&id) else { return Ok(()) };
                let bytes = STANDARD_NO_PAD.decode(row.text("bytes")?);
                if !bytes.is_ok_and(|bytes| sha256(&bytes) == hash) {
                    findings.push(Finding {
                        code: "audit.row_changed",
                        place: format!("raw_signal {id}"),
                        message: "设备发来的原始数据与封存的信号不符，在记录之外被改动".into(),
                    });
                }
                Ok(())
            })
            .await?;
        }
        last.extend(raws.into_keys().map(|id| (("raw_signal".to_owned(), id), String::new())));
        let mut gone: Vec<_> = last.into_keys().collect();
        gone.sort();
        for (table, id) in gone {
            findings.push(Finding {
                code: "audit.row_gone",
                place: format!("{table} {id}"),
                message: "这一行被删除".into(),
            });
        }
        Ok(Verified { entries: entries.len() as i64, rows, head: head.1, findings })
    }
}
