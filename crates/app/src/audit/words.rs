//! What people call the acts and objects of the record.

use domain::hazard::Step;
use domain::policy::Action;

pub(crate) const OBJECTS: &[(&str, &str)] = &[
    ("account", "账号"),
    ("assignment", "任职"),
    ("attachment", "附件"),
    ("audit", "记录"),
    ("budget", "经费"),
    ("budget_line", "经费项目"),
    ("call_test", "呼叫测试"),
    ("certificate", "证件"),
    ("checklist", "检查表"),
    ("contract", "服务合同"),
    ("course", "培训课程"),
    ("device", "联网设备"),
    ("drill", "演练"),
    ("evidence", "凭据"),
    ("force", "消防站队"),
    ("export", "导出"),
    ("follow_up", "督办事项"),
    ("facility", "设施"),
    ("fire_plan", "消防专项规划"),
    ("gate", "上岗豁免"),
    ("group_point", "村民小组位置"),
    ("handover", "岗位交接单"),
    ("hazard", "隐患"),
    ("import", "台账导入"),
    ("inspection", "检查"),
    ("inspection_plan", "检查计划"),
    ("job", "后台任务"),
    ("letter", "责任书"),
    ("list", "名录"),
    ("list_entry", "名录条目"),
    ("meeting", "会议"),
    ("notice", "方案原文"),
    ("org", "机构"),
    ("paper", "文书"),
    ("paper_series", "文书编号"),
    ("parameter", "镇定参数"),
    ("patrol", "站队巡查"),
    ("person", "人员"),
    ("phone", "完整电话"),
    ("photo", "照片"),
    ("placard", "公示牌"),
    ("place", "场所"),
    ("place_list", "名录"),
    ("plan", "检查计划"),
    ("post", "岗位"),
    ("question", "试题"),
    ("register", "台账"),
    ("report", "报告"),
    ("sample", "演示数据"),
    ("session", "登录"),
    ("road", "路段"),
    ("road_map", "路网底图"),
    ("road_scenario", "路网设想"),
    ("signal", "告警信号"),
    ("sortie", "出动记录"),
    ("task", "任务"),
    ("territory", "辖区"),
    ("town", "本镇"),
    ("training", "培训"),
    ("unit", "单位"),
    ("unit_link", "整改链接"),
    ("vault", "个人信息"),
    ("waiver", "豁免"),
];

const VERBS: &[(&str, &str)] = &[
    ("accept", "接受"),
    ("act", "填报办理情况"),
    ("acceptance", "验收"),
    ("add", "新增"),
    ("add_vehicle", "登记车辆"),
    ("advise", "督促整改"),
    ("answer", "应答"),
    ("answer_transfer", "移送回复"),
    ("approve", "批准"),
    ("ask", "申请"),
    ("ask_extension", "申请延期"),
    ("assess", "讲评"),
    ("assign", "派发"),
    ("attach", "上传"),
    ("attendance", "补录签到"),
    ("begin_test", "开始考核"),
    ("budget", "落实资金"),
    ("build", "登记建成"),
    ("cancel", "取消"),
    ("change", "修改"),
    ("check", "检查"),
    ("close", "销案"),
    ("commit", "写入"),
    ("confirm_level", "确认等级"),
    ("control_long_term", "转长期管控"),
    ("correct", "更正"),
    ("count", "清点装备"),
    ("decide", "批复"),
    ("deliver", "交付"),
    ("design", "完成设计"),
    ("disable", "停用"),
    ("dismiss", "认定不成立"),
    ("done", "办结上报"),
    ("draft", "起草"),
    ("draw", "排版"),
    ("edition", "新建版本"),
    ("enable", "恢复"),
    ("end", "结束"),
    ("end_test", "结束测试"),
    ("end_others", "退出其他设备"),
    ("enter", "列入"),
    ("enter_dispatch", "纳入统一调度"),
    ("escalate", "升级督办"),
    ("exempt", "豁免"),
    ("export", "导出"),
    ("fail_recheck", "复查不合格"),
    ("fill", "填充"),
    ("find", "发现"),
    ("finish", "办结"),
    ("finish_test", "结束考核"),
    ("fix", "提交整改"),
    ("found", "建镇"),
    ("generate", "生成"),
    ("grade", "定级"),
    ("grant_extension", "同意延期"),
    ("hand_in_test", "交卷"),
    ("handover", "交接"),
    ("heard", "恢复在线"),
    ("hold", "举办"),
    ("import", "导入"),
    ("install", "装入"),
    ("issue", "印发"),
    ("issue", "签发"),
    ("into_plan", "列入规划"),
    ("into_service", "投入使用"),
    ("items", "编排"),
    ("join", "合并联合检查"),
    ("joint", "合并联合检查"),
    ("circulate", "送会签"),
    ("countersign", "会签"),
    ("extract", "关联纳入情况"),
    ("into_force", "登记批准"),
    ("make", "新建"),
    ("supersede", "被新版替代"),
    ("keep_roster", "排值班表"),
    ("know_member", "登记队员情况"),
    ("leave", "移出"),
    ("leave_dispatch", "退出统一调度"),
    ("link", "发整改链接"),
    ("login", "登录"),
    ("login_refused", "登录被拒"),
    ("map_code", "领取地图访问码"),
    ("maintain", "保养"),
    ("merge", "合并"),
    ("minute", "形成纪要"),
    ("notify", "通知"),
    ("open", "打开"),
    ("order", "责令改正"),
    ("pass_recheck", "复查合格"),
    ("password", "修改密码"),
    ("plan", "计划"),
    ("post", "张贴"),
    ("print", "打印"),
    ("propose", "提出"),
    ("publish", "发布"),
    ("receive", "接收"),
    ("record", "登记"),
    ("refuse", "被拒"),
    ("refuse_extension", "不同意延期"),
    ("register", "登记"),
    ("reject", "退回"),
    ("remind", "提醒"),
    ("reopen", "重新打开"),
    ("set", "设定"),
    ("shut", "报告封闭"),
    ("split", "拆分"),
    ("repair", "开始维修"),
    ("report_fault", "报告故障"),
    ("reset", "重置密码"),
    ("restore", "修复"),
    ("resubmit", "改正后重报"),
    ("retire", "停用"),
    ("reveal", "查看"),
    ("review", "审核"),
    ("revoke", "撤销"),
    ("rule", "核对裁定"),
    ("seal", "封存"),
    ("secret", "更换密钥"),
    ("send_back", "退回"),
    ("serve", "送达"),
    ("shipped", "装入自带的"),
    ("sign", "签字"),
    ("silent", "失联"),
    ("sign_in", "签到"),
    ("spend", "登记支出"),
    ("start", "开始"),
    ("start_recheck", "开始复查"),
    ("step_up", "再次确认身份"),
    ("submit", "提交"),
    ("submit_fix", "提交整改"),
    ("totp_off", "取消第二因素"),
    ("totp_on", "设置第二因素"),
    ("transfer", "移送"),
    ("unable", "未能实施"),
    ("update", "修改"),
    ("upload", "上传"),
    ("verify", "核对"),
    ("void", "作废"),
    ("void_attendance", "移出签到名单"),
    ("void_count", "作废清点"),
    ("withdraw_vehicle", "车辆停用"),
    ("void_spending", "作废支出"),
];

fn word(table: &[(&str, &'static str)], code: &str) -> Option<&'static str> {
    table.iter().find(|(known, _)| *known == code).map(|(_, label)| *label)
}

/// What people call a kind of object; empty for one without a word.
pub fn object_label(kind: &str) -> &'static str {
    word(OBJECTS, kind).unwrap_or_default()
}

/// What people call an act, as `修改场所`; the code itself for one without a word.
pub fn action_label(action: &str) -> String {
    if let Some(known) = Action::from_code(action) {
        return known.label().to_owned();
    }
    let (object, verb) = action.split_once('.').unwrap_or((action, ""));
    // Steps of a hazard go into the record under their own codes.
    let step = std::iter::once(Step::Found).chain(Step::ALL).find(|step| step.code() == verb);
    if let Some(step) = step.filter(|_| object == "hazard") {
        return format!("隐患：{}", step.label());
    }
    match (word(OBJECTS, object), word(VERBS, verb)) {
        (Some(object), Some(verb)) => format!("{object}：{verb}"),
        _ => action.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_act_goes_by_its_word() {
        assert_eq!(action_label("phone.reveal"), "查看完整电话");
        assert_eq!(action_label("assignment.end"), "任职：结束");
        assert_eq!(action_label("hazard.found"), "隐患：登记隐患");
        assert_eq!(action_label("hazard.recheck_failed"), "隐患：判定复查不合格");
        assert_eq!(action_label("unit_link.open"), "整改链接：打开");
        assert_eq!(action_label("town.found"), "本镇：建镇");
        assert_eq!(action_label("never.heard"), "never.heard");
        assert_eq!(object_label("hazard"), "隐患");
    }
}
