//! The program's own parameters: what each comes with, what it is called, its units, the most it may be. What does not belong
//! here: what is proposed and decided of them (the parent room), what they do (where each constant stands).

use std::borrow::Cow;
use std::sync::OnceLock;

use domain::plan::{COUNTED_FROM, ENTRY_CUTOFF_DAY, SCORE_LATE, SCORE_PARTIAL};

use crate::account::DEMANDS;
use crate::boundary::outside::OUTSIDE_KM;
use crate::call_test::ANSWER_WITHIN;
use crate::certificate;
use crate::device;
use crate::dispatch;
use crate::docket;
use crate::enforcement;
use crate::export::{EXPORTS_A_DAY, PERSONS_UNASKED, ROWS_AT_ONCE, YES_HOLDS};
use crate::facility;
use crate::force;
use crate::hazard::ladder::LISTED_AFTER;
use crate::hazard::{EXTENSION_SHARE, GENERAL_DAYS, LARGER_DAYS, WORKING_DAYS};
use crate::house;
use crate::incident;
use crate::inspection::NEAR_METRES;
use crate::inspection_plan::{self, PROPOSED};
use crate::message;
use crate::placard;
use crate::post;
use crate::report_case;
use crate::road;
use crate::sector;
use crate::signal::digest;
use crate::stop_use;
use crate::subscriber;
use crate::task::{ESCALATE_AFTER, REFER_AFTER, REMIND_AFTER, REVIEW_PERCENT};
use crate::whistle;

/// What a parameter of the program comes with.
pub(super) enum Comes {
    /// A whole number, or a share.
    Number(f64),
    /// A telephone number as it is dialled and printed; empty where there is none.
    Line(&'static str),
    /// A day as `2026-12-01`; empty where none is said.
    Day(&'static str),
}

/// One of the program's own parameters.
pub(super) struct Own {
    pub name: Cow<'static, str>,
    pub comes: Comes,
    pub label: Cow<'static, str>,
    /// The unit it comes with, and those that may be chosen instead.
    pub units: Cow<'static, [&'static str]>,
    /// The most it may be, where it is a whole number from 0 on.
    pub most: f64,
}

const fn own_of(
    of: (&'static str, f64),
    label: &'static str,
    units: &'static [&'static str],
    most: f64,
) -> Own {
    Own {
        name: Cow::Borrowed(of.0),
        comes: Comes::Number(of.1),
        label: Cow::Borrowed(label),
        units: Cow::Borrowed(units),
        most,
    }
}

const fn line_of(of: (&'static str, &'static str), label: &'static str) -> Own {
    text_of_own(of.0, Comes::Line(of.1), label)
}

const fn day_of(of: (&'static str, &'static str), label: &'static str) -> Own {
    text_of_own(of.0, Comes::Day(of.1), label)
}

const fn text_of_own(name: &'static str, comes: Comes, label: &'static str) -> Own {
    Own {
        name: Cow::Borrowed(name),
        comes,
        label: Cow::Borrowed(label),
        units: Cow::Borrowed(&[]),
        most: 0.0,
    }
}

/// The program's own parameters, their names for people and units.
static OWN: &[Own] = &[
    own_of(SCORE_LATE, "逾期落实计分", &["分"], 1.0),
    own_of(SCORE_PARTIAL, "部分落实计分", &["分"], 1.0),
    own_of(ENTRY_CUTOFF_DAY, "当月几日起新增的对象不计当月", &["日"], 32.0),
    day_of(COUNTED_FROM, "从哪天起计各项责任（留空为按方案施行日）"),
    own_of(GENERAL_DAYS, "一般隐患整改期限", &["日", WORKING_DAYS], 365.0),
    own_of(LARGER_DAYS, "较大隐患整改期限", &["日", WORKING_DAYS], 365.0),
    own_of(EXTENSION_SHARE, "延期最长占原整改期限的比例", &["%"], 100.0),
    own_of(LISTED_AFTER, "较大隐患逾期多少天由镇挂牌督办", &["日"], 365.0),
    own_of(("inspection.frequency.red", PROPOSED.red as f64), "红色场所每年检查几次", &["次"], 366.0),
    own_of(("inspection.frequency.orange", PROPOSED.orange as f64), "橙色场所每年检查几次", &["次"], 366.0),
    own_of(("inspection.frequency.yellow", PROPOSED.yellow as f64), "黄色场所每年检查几次", &["次"], 366.0),
    own_of(("inspection.frequency.blue", PROPOSED.blue as f64), "蓝色场所每年检查几次", &["次"], 366.0),
    own_of(inspection_plan::UNGRADED_VISITS, "未评级（资料不足）的场所每年检查几次", &["次"], 366.0),
    own_of(inspection_plan::POLICE_VISITS, "派出所列管单位每年检查几次", &["次"], 366.0),
    own_of(EXPORTS_A_DAY, "每人每天最多导出次数", &["次"], 1_000.0),
    own_of(ROWS_AT_ONCE, "含个人信息的导出每次最多行数", &["行"], 50_000.0),
    own_of(PERSONS_UNASKED, "导出超过多少人须另一人批准", &["人"], 50_000.0),
    own_of(YES_HOLDS, "批准后多久内须导出", &["小时"], 720.0),
    own_of(NEAR_METRES, "检查定位离场所多远以上提示复核", &["米"], 50_000.0),
    own_of(REVIEW_PERCENT, "检查记录抽审比例", &["%"], 100.0),
    own_of(REMIND_AFTER, "派发后多久未接提醒承办人", &[WORKING_DAYS], 365.0),
    own_of(ESCALATE_AFTER, "派发后多久未接提请派发人处理", &[WORKING_DAYS], 365.0),
    own_of(post::WARN_DAYS, "任职或证件到期前多久提醒缺员", &["日"], 365.0),
    own_of(REFER_AFTER, "几次无法检查后转联合行动", &["次"], 99.0),
    own_of(force::CHECK_DAYS, "站队装备多少天清点一次", &["日"], 365.0),
    own_of(certificate::WARN_DAYS, "证件、执法事项到期前多少天提醒", &["日"], 365.0),
    own_of(placard::REPOST_DAYS, "公示牌人员变动后几日内更换", &["日"], 365.0),
    own_of(OUTSIDE_KM, "离本镇多少公里以外的坐标视为填错", &["公里"], 500.0),
    own_of(road::REACH_MINUTES, "消防车辆几分钟内到达算按时", &["分钟"], 120.0),
    own_of(road::HOSE_LAY_M, "水带铺设多远内的水源可直接取用", &["米"], 5_000.0),
    own_of(road::SHUTTLE_MINUTES, "运水单程几分钟内的水源计入", &["分钟"], 120.0),
    own_of(road::WET_FROM, "雨季从几月起，其间按雨季判断道路（0 为不设）", &["月"], 12.0),
    own_of(road::WET_UNTIL, "雨季到几月止（0 为不设）", &["月"], 12.0),
    own_of(road::WET_MONTH, "按雨季核算时水源按几月计入", &["月"], 12.0),
    own_of(facility::sight::RANGE_M, "没有登记可视距离的林火监控按多远计算", &["米"], 20_000.0),
    own_of(stop_use::PATROL_DAYS, "停止使用的场所几天巡查一次", &["日"], 365.0),
    own_of(house::KEY_HEADS, "自建房住宿、工作、培训超过多少人重点管控", &["人"], 999.0),
    own_of(house::FLOORS, "自建房几层起应有两个疏散出口", &["层"], 99.0),
    own_of(house::FLOOR_M2, "自建房单层超过多少面积应有两个疏散出口", &["平方米"], 9_999.0),
    own_of(house::SUMMED, "自建房人数按三项合计（否为取最大）", &["是否"], 1.0),
    line_of(placard::GOVERNMENT_LINE, "公示牌上的政务服务热线（留空为不列）"),
    line_of(placard::HAZARD_LINE, "公示牌上的火灾隐患举报电话（留空为不列）"),
    own_of(ANSWER_WITHIN, "呼叫测试多少秒内应答为按时", &["秒"], 3_600.0),
    own_of(device::silence::NEVER_DAYS, "设备投用几天后仍从未上报即查明", &["日"], 365.0),
    own_of(device::silence::SILENT_DAYS, "设备失联几天内查明并恢复", &["日"], 365.0),
    own_of(enforcement::spot::SPOT_DAYS, "当场处罚几日内从手机补录", &["日"], 30.0),
    own_of(incident::JOIN_MINUTES, "多少分钟内的信号可并为一起警情", &["分钟"], 1_440.0),
    own_of(incident::JOIN_METRES, "相距多少米内的信号可并为一起警情", &["米"], 5_000.0),
    own_of(
        incident::stranger::STRANGERS,
        "同一线路最多几个未登记来源各成一起警情（其余并为一起）",
        &["个"],
        100.0,
    ),
    own_of(incident::CAMERA_METRES, "摄像机最远看多少米", &["米"], 50_000.0),
    own_of(incident::CAMERA_SPREAD, "摄像机方位误差多少度", &["度"], 45.0),
    own_of(incident::VERIFY_S, "警情多少秒内核实为及时", &["秒"], 3_600.0),
    own_of(incident::TARGET_S, "调派后多少秒内到场为达标", &["秒"], 7_200.0),
    own_of(incident::REVIEW_DAYS, "警情移交后几日内复盘", &["日"], 365.0),
    own_of(incident::unheard::NEXT_S, "警情多少秒无人知晓再通知消安办和所在村", &["秒"], 3_600.0),
    own_of(incident::unheard::LEADER_S, "警情多少秒无人知晓再通知镇领导", &["秒"], 7_200.0),
    own_of(incident::card::NEAR_METRES, "警情周边多少米内找水源和摄像机", &["米"], 20_000.0),
    own_of(incident::rehearsal::DOWNWIND_KM, "推演中下风向多少公里内的场所要点名", &["公里"], 50.0),
    own_of(dispatch::way::WAY_METRES, "出动路线两侧多少米内找水源", &["米"], 2_000.0),
    own_of(
        digest::WARNING_LEVEL,
        "几级以上预警通知值守、消安办和所涉村格（4 特别严重、3 严重、2 较重、1 一般；5 为不通知）",
        &["级"],
        5.0,
    ),
    own_of(message::NIGHT_FROM, "夜间几点起通知不叫醒人（未自设免打扰的）", &["时"], 23.0),
    own_of(message::NIGHT_TO, "早上几点起恢复通知（未自设免打扰的）", &["时"], 23.0),
    own_of(message::TRIES, "每种通知方式最多发几次", &["次"], 20.0),
    own_of(message::RECEIPT_S, "多少秒没有回执改走下一种通知方式", &["秒"], 3_600.0),
    own_of(message::AGAIN_S, "发送失败多少秒后重发", &["秒"], 3_600.0),
    own_of(message::DOWN_AFTER, "连续失败几次视为通道中断", &["次"], 99.0),
    own_of(subscriber::TRIES, "向订阅方连续推送失败几次后停推", &["次"], 99.0),
    own_of(dispatch::ANSWER_S, "调派多少秒未应答改派他人", &["秒"], 3_600.0),
    own_of(dispatch::SPEED, "没有路网时车辆按直线每小时多少公里估算", &["公里"], 120.0),
    own_of(dispatch::WALK, "没有路网时步行按直线每小时多少公里估算", &["公里"], 20.0),
    own_of(dispatch::LEAST, "调派后每站至少留几人", &["人"], 99.0),
    own_of(dispatch::LACKS_SKILL, "调派排序：缺一项技能折合几分钟", &["分钟"], 600.0),
    own_of(dispatch::LOAD, "调派排序：本队每有一人在外折合几分钟", &["分钟"], 600.0),
    own_of(dispatch::AID, "调派排序：外村力量折合几分钟", &["分钟"], 600.0),
    own_of(dispatch::NO_ROSTER, "调派排序：没有排班折合几分钟", &["分钟"], 600.0),
    own_of(dispatch::UNKNOWN, "调派排序：不知路程折合几分钟", &["分钟"], 600.0),
    own_of(dispatch::DAY_FROM, "白班几点开始", &["时"], 23.0),
    own_of(dispatch::NIGHT_FROM, "夜班几点开始", &["时"], 23.0),
    own_of(sector::UNITS, "同一行业几个单位有同样隐患即为行业性隐患", &["家"], 999.0),
    own_of(docket::TRANSFER_DAYS, "疑似重大隐患几个工作日内移送区消防救援机构", &[WORKING_DAYS], 60.0),
    own_of(
        enforcement::LARGE_CITIZEN,
        "对公民罚款多少元起为较大数额、告知听证权利（0 为未设：一律告知）",
        &["元"],
        10_000_000.0,
    ),
    own_of(
        enforcement::LARGE_ORGANISATION,
        "对法人或者其他组织罚款多少元起为较大数额、告知听证权利（0 为未设：一律告知）",
        &["元"],
        10_000_000.0,
    ),
    own_of(whistle::OFFICE_FROM, "办公时间几点开始", &["时"], 23.0),
    own_of(whistle::OFFICE_UNTIL, "办公时间几点结束", &["时"], 24.0),
    own_of(whistle::DISTRICT_AFTER, "吹哨未应答报分管领导后几个工作日提请区级", &[WORKING_DAYS], 60.0),
    own_of(whistle::MISSES, "每季度几次未按时到场列入督查（0 为不列）", &["次"], 99.0),
    own_of(report_case::SCREEN_DAYS, "举报筛查时限", &[WORKING_DAYS], 30.0),
    own_of(report_case::SCREEN_MINUTES, "紧急来电举报筛查时限", &["分钟"], 1_440.0),
    own_of(report_case::VERIFY_HOURS, "堵塞通道、设施停用类举报核实时限", &["小时"], 720.0),
    own_of(report_case::VERIFY_DAYS, "其他举报核实时限", &[WORKING_DAYS], 60.0),
    own_of(report_case::voice::VOICE_S, "举报录音最长多少秒", &["秒"], 180.0),
    own_of(report_case::voice::VOICE_KB, "举报录音最大多少 KB", &["KB"], 12_288.0),
];

/// The numbers of the standards of forces that no checked source gives.
fn of_standards() -> &'static [Own] {
    static OF_STANDARDS: OnceLock<Vec<Own>> = OnceLock::new();
    OF_STANDARDS.get_or_init(|| {
        let lines = force::standards().iter().flat_map(|one| one.lines.iter().map(move |line| (one, line)));
        let ours = lines.filter(|(_, line)| line.setting.is_none()).filter_map(|(standard, line)| {
            Some(Own {
                name: Cow::Owned(standard.parameter(line)?),
                comes: Comes::Number(f64::from(line.least)),
                label: Cow::Owned(format!("{}·{}", standard.name, line.name)),
                units: Cow::Owned(vec![line.unit.as_str()]),
                most: 999.0,
            })
        });
        ours.collect()
    })
}

/// What vehicles need of a road, as far as no checked source gives it. Source: handbook §3.5.
fn of_vehicles() -> &'static [Own] {
    static OF_VEHICLES: OnceLock<Vec<Own>> = OnceLock::new();
    OF_VEHICLES.get_or_init(|| {
        let needs = road::vehicle::settings().into_iter();
        needs
            .map(|need| Own {
                name: Cow::Owned(need.name),
                comes: Comes::Number(need.comes_with),
                label: Cow::Owned(need.label),
                units: Cow::Owned(vec![need.unit]),
                most: need.most,
            })
            .collect()
    })
}

/// The times of whistles as they were set one by one, before a kind was set as a whole: what was decided of them stays to be read
/// and holds until the kind is set ([`whistle::kind`]); nothing new of them is proposed.
fn of_whistles() -> &'static [Own] {
    static OF_WHISTLES: OnceLock<Vec<Own>> = OnceLock::new();
    OF_WHISTLES.get_or_init(|| {
        let both = |kind: &'static domain::whistle::Kind| {
            let terms = [(kind.receive, "签收时限"), (kind.arrive, "到场时限")];
            kind.parameters().into_iter().zip(terms).map(|(name, (term, what))| Own {
                name: Cow::Owned(name),
                comes: Comes::Number(f64::from(term.n)),
                label: Cow::Owned(format!("{}·{what}", kind.name)),
                units: Cow::Owned(vec![term.unit.label()]),
                most: 9_999.0,
            })
        };
        whistle::kind::shipped().iter().flat_map(both).collect()
    })
}

/// Of whom a second factor is asked at the login.
fn of_accounts() -> &'static [Own] {
    static OF_ACCOUNTS: OnceLock<Vec<Own>> = OnceLock::new();
    OF_ACCOUNTS
        .get_or_init(|| DEMANDS.iter().map(|(of, label, _)| own_of(*of, label, &["是否"], 1.0)).collect())
}

/// All of them.
pub(super) fn owns() -> impl Iterator<Item = &'static Own> {
    OWN.iter().chain(of_standards()).chain(of_vehicles()).chain(of_whistles()).chain(of_accounts())
}

/// The one of this name.
pub(super) fn own(name: &str) -> Option<&'static Own> {
    owns().find(|own| own.name == name)
}

#[cfg(test)]
mod tests {
    use domain::inspection_plan::GRADES;

    use super::*;

    #[test]
    fn every_grade_comes_with_the_visits_that_plans_propose() {
        for (word, grade) in GRADES {
            let name = format!("{}{word}", inspection_plan::OF_VISITS);
            let comes = own(&name).map(|own| match own.comes {
                Comes::Number(n) => n,
                _ => 0.0,
            });
            assert_eq!(comes, Some(f64::from(PROPOSED.visits(Some(grade)))), "{name}");
        }
    }
}
