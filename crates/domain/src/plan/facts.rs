//! The kinds of recorded fact that duties may ask for. Rooms that record something emit a fact of one of these kinds;
//! a plan file may name no other. What does not belong here: how a fact is stored (`store`) or judged (`fulfilment`).
//!
//! A fact is credited to its subject, to the village, grid and town the subject lies in (unless it is a station, which
//! answers for itself and whom it serves), and to the organisation or post that acted. It carries tags; the labels of its subject on that day (`list:`, `tag:`, `category:`) are added
//! by themselves. "From..until" marks kinds that hold for a time.

/// One kind of fact.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FactKind {
    /// Name such as `inspection.done`.
    pub name: &'static str,
    /// What one row means, and its tags.
    pub meaning: &'static str,
}

const fn kind(name: &'static str, meaning: &'static str) -> FactKind {
    FactKind { name, meaning }
}

/// Every kind of fact, by family.
pub const FACT_KINDS: &[FactKind] = &[
    // Inspection and hazards.
    kind(
        "inspection.done",
        "检查完成；对象=场所、小区、设施；标签 org:机构 org_kind:机构类 plan_kind:计划类 checklist:检查表 list:名录",
    ),
    kind("inspection.joint", "两个以上机构联合检查；对象=场所；标签 org:"),
    kind("inspection.plan_approved", "检查计划获批，起止=计划期；对象=机构或村；标签 plan_kind:"),
    kind("hazard.found", "发现隐患；对象=场所；标签 category:隐患类 level:等级 hazard:隐患编号"),
    kind("hazard.closed", "隐患经复查销案；对象同发现；标签 category: level: in_time"),
    kind("hazard.recheck", "隐患复查；对象同发现；标签 passed 或 failed"),
    kind("hazard.conform", "隐患流程完整走完，无跳步；对象=该隐患事件"),
    // Register, posts, lists.
    kind("place.listed", "列入名录，起止=列入期；对象=场所；标签 list:名录 owner:列管机构"),
    kind("place.graded", "风险分级，起止=有效期；对象=场所或建筑；标签 grade:"),
    kind("place.sector_assigned", "明确行业主管，起止；对象=场所；标签 org:"),
    kind("register.verified", "台账核对确认；对象=场所、户、人员或村"),
    kind(
        "post.filled",
        "岗位在任，起止=任期；对象=岗位、村、网格、小组、楼栋、站队或镇；标签 role: post: person:",
    ),
    kind("org.complete", "机构按方案组成齐备，起止=齐备期；对象=机构或镇；标签 org:"),
    kind("certificate.valid", "证件有效，起止=有效期；对象=岗位、机构或镇；标签 certificate: person:"),
    kind(
        "responsibility.signed",
        "责任书，起止=有效期；对象=岗位、村或设施；标签 role: duty:owner duty:maintainer",
    ),
    kind("person.registered", "人员库登记完整，起止；对象=人员"),
    // Papers and meetings.
    kind("document.signed", "文件签发，起止=有效期；对象=镇、村、机构、网格或事件；标签 doc:文件类"),
    kind("document.countersigned", "会签；对象=镇；标签 doc: org:"),
    kind("report.approved", "报告批准；对象=镇、机构或村；标签 report:报告类 has_measures"),
    kind("meeting.held", "会议召开，有纪要；对象=镇、机构；标签 meeting:会议类"),
    kind("log.written", "工作日志；对象=机构"),
    kind("visit.made", "指导走访；对象=村、机构、户、人员；标签 visit:走访类"),
    kind("bulletin.issued", "通报；对象=事件；标签 bulletin:"),
    kind("decision.recorded", "决定已记录；对象=事件或场所；标签 decision:"),
    kind("interview.held", "约谈；对象=事件"),
    kind("supervision.done", "督查打分表定稿；对象=机构、村；标签 supervision:special"),
    kind("evaluation.done", "考评定稿；对象=岗位、机构或镇"),
    kind("budget.set", "预算列支，起止=预算年；对象=镇；标签 budget:"),
    kind("contract.signed", "购买服务合同，起止；对象=镇；标签 contract:"),
    kind("progress.reported", "打表推进进度报送；对象=机构"),
    kind("catalogue.entry", "数据目录登记，起止；对象=机构；标签 catalogue:"),
    kind("exchange.done", "数据交换成功；对象=机构"),
    // Events that ask for an answer.
    kind("incident.recorded", "火灾火情；对象=事件；标签 notable"),
    kind("incident.helped", "参与初起火灾处置；对象=事件；标签 role:"),
    kind("risk.identified", "认定行业性或严重风险；对象=事件；标签 risk:"),
    kind("interview.triggered", "触发约谈条件；对象=事件"),
    kind("supervision.weak", "督查认定工作滞后；对象=事件"),
    kind("whistle.raised", "吹哨已派出并要求到场；对象=事件；标签 urgency:"),
    kind("whistle.arrived", "应到部门全部到场；对象=事件；标签 org:"),
    kind("report_case.accepted", "举报受理；对象=事件；标签 channel:"),
    kind("report_case.replied", "举报答复；对象=事件"),
    kind("industry.appeared", "出现新业态；对象=事件"),
    kind("hire.made", "新员工上岗；对象=事件"),
    kind("enforcement.act", "执法或协助执法行为；对象=事件；标签 trained"),
    kind("enforcement.trained", "行为人当日已经消防救援机构培训合格；对象=事件"),
    // Forces.
    kind(
        "station.active",
        "站、队在用并达标，起止；对象=村、场所、小区、站队或镇；标签 station:micro station:brigade station:town",
    ),
    kind("station.dispatchable", "纳入统一调度，起止；对象=站队"),
    kind("call.tested", "呼叫测试按时应答；对象=站队"),
    kind("sortie.done", "出动；对象=站队"),
    kind("patrol.done", "巡查巡护；对象=站队、网格、村、机构；标签 patrol:"),
    kind("report.zero", "零报告；对象=机构、村；标签 report:forest"),
    kind("drill.held", "演练；对象=场所、村、站队"),
    kind("training.held", "培训；对象=镇、村、机构、场所、人员；标签 training:班次 group:人群 passed"),
    kind("volunteer.active", "志愿者参加活动；对象=人员"),
    kind("flight.done", "无人机巡护；对象=机构"),
    // Publicity.
    kind("activity.held", "宣传活动；对象=镇、村、机构、网格、站队、户、人员；标签 activity: entry:五进类"),
    kind("broadcast.played", "广播播放达标；对象=点位、村；标签 broadcast:large broadcast:small"),
    kind("board.current", "公示牌、专栏内容现行，起止；对象=村、小区；标签 board:"),
    // Facilities, roads, devices.
    kind("facility.in_service", "设施在用完好，起止；对象=设施、村；标签 facility:"),
    kind("facility.covered", "供水范围处处在完好消火栓 150 米以内，起止；对象=设施（画成面的集中供水区）"),
    kind("facility.connected", "与水源连通，起止；对象=设施"),
    kind("facility.planned_built", "规划项目建成，起止；对象=设施"),
    kind("equipment.complete", "装备齐套，起止；对象=站队、机构或镇"),
    kind("road.passable", "路段可通行，起止；对象=路段；标签 vehicle:engine vehicle:mini vehicle:motorcycle"),
    kind("road.project_open", "改善项目已立项，起止；对象=路段"),
    kind("plan.item", "规划项目有位置；对象=镇、村；标签 item:"),
    kind("device.online", "设备在线，起止；对象=设施"),
    kind("device.installed", "已安装，起止；对象=场所、建筑、户；标签 device:"),
    kind("licence.verified", "证照核验，起止；对象=场所、建筑；标签 licence:"),
    kind("use.controlled", "主管部门已作停用决定，起止；对象=事件"),
    kind("campaign.done", "专项整治；对象=镇；标签 campaign:"),
    kind("assessment.done", "安全评估；对象=场所"),
];

/// Kinds of evidence a duty may expect.
pub const EVIDENCE_KINDS: &[&str] = &[
    "document",
    "minutes",
    "photo",
    "roster",
    "record",
    "log",
    "report",
    "track",
    "certificate",
    "map",
    "score",
    "contract",
    "signature",
];

/// A kind of evidence in the word people read; the code itself where there is none.
pub fn evidence_label(code: &str) -> &str {
    match code {
        "document" => "文件",
        "minutes" => "会议纪要",
        "photo" => "照片",
        "roster" => "名册",
        "record" => "记录",
        "log" => "日志",
        "report" => "报告",
        "track" => "轨迹",
        "certificate" => "证件",
        "map" => "图件",
        "score" => "评分表",
        "contract" => "合同",
        "signature" => "签字",
        other => other,
    }
}

/// Whether this kind of fact is known.
pub fn is_known(name: &str) -> bool {
    FACT_KINDS.iter().any(|kind| kind.name == name)
}
