//! What people call the acts and objects of the record.

use domain::hazard::Step;
use domain::policy::Action;

pub(crate) const OBJECTS: &[(&str, &str)] = &[
    ("account", "账号"),
    ("assessment", "安全评估"),
    ("assignment", "任职"),
    ("attachment", "附件"),
    ("audit", "记录"),
    ("budget", "经费"),
    ("calendar", "节假日"),
    ("budget_line", "经费项目"),
    ("call_test", "呼叫测试"),
    ("certificate", "证件"),
    ("checklist", "检查表"),
    ("contract", "服务合同"),
    ("course", "培训课程"),
    ("campaign", "专项整治"),
    ("device", "联网设备"),
    ("dispatch", "调派"),
    ("drill", "演练"),
    ("duty", "责任落实情况"),
    ("authority_item", "执法事项"),
    ("enforcement", "行政处罚案件"),
    ("stop_use", "停止使用"),
    ("whistle", "吹哨单"),
    ("sector_risk", "行业性隐患"),
    ("sector_ruling", "新业态归口"),
    ("evidence", "佐证"),
    ("force", "消防站队"),
    ("export", "导出"),
    ("follow_up", "督办事项"),
    ("facility", "设施"),
    ("fire_plan", "消防专项规划"),
    ("siting", "选址论证"),
    ("project", "建设改造项目"),
    ("gate", "上岗豁免"),
    ("group_count", "村民小组户数人数"),
    ("board", "任务落实台账"),
    ("boundary", "辖区范围"),
    ("group_point", "村民小组位置"),
    ("handover", "岗位交接单"),
    ("hazard", "隐患"),
    ("import", "台账导入"),
    ("incident", "警情"),
    ("incident_mask", "遮蔽区"),
    ("incident_watch", "值守"),
    ("inspection", "检查"),
    ("inspection_plan", "检查计划"),
    ("job", "后台任务"),
    ("layer", "地图图层"),
    ("letter", "责任书"),
    ("list", "名录"),
    ("list_entry", "名录条目"),
    ("meeting", "会议"),
    ("message", "通知"),
    ("notice", "方案原文"),
    ("org", "机构"),
    ("paper", "文书"),
    ("paper_series", "文书编号"),
    ("paper_template", "本镇文书模板"),
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
    ("push_key", "推送密钥"),
    ("push_subscription", "推送订阅"),
    ("question", "试题"),
    ("reach", "通知方式"),
    ("register", "台账"),
    ("report", "报告"),
    ("report_case", "举报件"),
    ("report_order", "外部工单"),
    ("sample", "演示数据"),
    ("session", "登录"),
    ("sector", "行业治理"),
    ("road", "路段"),
    ("road_map", "路网底图"),
    ("road_scenario", "路网设想"),
    ("signal", "告警信号"),
    ("sortie", "出动记录"),
    ("subscriber", "事件订阅方"),
    ("task", "任务"),
    ("territory", "辖区"),
    ("town", "本镇"),
    ("training", "培训"),
    ("unit", "单位"),
    ("unit_link", "整改链接"),
    ("vault", "个人信息"),
    ("waiver", "豁免"),
    ("warning", "预警"),
];

const VERBS: &[(&str, &str)] = &[
    ("warn", "发布"),
    ("renew_warning", "更新"),
    ("lift_warning", "解除"),
    ("receipt", "收到网关回执"),
    ("transfer_receipt", "登记移送回执"),
    ("listing_deadline", "定督办期限"),
    ("lift_listing", "解除挂牌督办"),
    ("identify", "认定行业性隐患"),
    ("notify_sector", "登记行业通知"),
    ("appear", "登记新业态"),
    ("rule_trade", "明确牵头部门"),
    ("countersign_visit", "联合检查签字"),
    ("listen", "听取录音"),
    ("write_down", "听写语音"),
    ("add_words", "补充情况"),
    ("blow", "吹哨"),
    ("call_out", "确认派哨"),
    ("turn_back", "退回"),
    ("raise_again", "补充后重报"),
    ("sign_for", "签收"),
    ("object", "提出不承办"),
    ("insist", "不同意退单"),
    ("reroute", "改派"),
    ("arrive", "现场签到"),
    ("opine", "登记意见"),
    ("rate", "登记评价"),
    ("rate_body", "评价部门"),
    ("rate_whistle", "评价吹哨"),
    ("close_whistle", "关闭"),
    ("private_note", "写内部备注"),
    ("record_decision", "登记主管机关决定"),
    ("look", "登记巡查"),
    ("ask_return", "登记恢复申请"),
    ("check_return", "登记恢复检查"),
    ("resume_use", "登记批准恢复"),
    ("withdraw", "撤回"),
    ("house", "登记自建房"),
    ("house_check", "自建房核验答复"),
    ("claim_recusal", "申请回避"),
    ("decide_recusal", "决定回避"),
    ("file", "批准立案"),
    ("refuse_filing", "不予立案"),
    ("house_count", "核实自建房人数"),
    ("convert", "改用普通程序"),
    ("investigate", "登记调查"),
    ("preserve", "先行登记保存"),
    ("release", "处理保存的证据"),
    ("pause", "中止期限"),
    ("resume", "恢复期限"),
    ("extend_term", "延长办案期限"),
    ("conclude", "调查终结"),
    ("pre_notice", "处罚前告知"),
    ("hear", "登记陈述申辩"),
    ("ask_hearing", "要求听证"),
    ("waive_hearing", "放弃听证"),
    ("call_hearing", "通知听证"),
    ("hold_hearing", "举行听证"),
    ("end_hearing", "终止听证"),
    ("legal_review", "法制审核"),
    ("discuss", "集体讨论"),
    ("decide_case", "作出决定"),
    ("decide_on_spot", "当场处罚"),
    ("report_spot", "当场处罚备案"),
    ("pay", "登记缴款"),
    ("pay_late", "登记缴纳加处罚款"),
    ("hand_in", "交回罚款"),
    ("defer", "批准暂缓分期"),
    ("perform", "登记履行"),
    ("contest", "登记复议诉讼"),
    ("end_contest", "登记复议诉讼结果"),
    ("demand", "催告"),
    ("apply_court", "申请法院执行"),
    ("execute", "登记法院执行"),
    ("close_case", "结案"),
    ("withdraw_case", "撤销案件"),
    ("transfer_case", "移送案件"),
    ("accept", "接受"),
    ("acknowledge", "知晓"),
    ("act", "填报办理情况"),
    ("acceptance", "验收"),
    ("add", "新增"),
    ("absorb", "并入另一起警情"),
    ("add_sign", "并入信号"),
    ("add_vehicle", "登记车辆"),
    ("admit", "受理"),
    ("advise", "督促整改"),
    ("agree_doubt", "复核同意不属实"),
    ("answer", "应答"),
    ("answer_transfer", "移送回复"),
    ("approve", "批准"),
    ("ask", "申请"),
    ("ask_duty", "查岗"),
    ("ask_extension", "申请延期"),
    ("ask_void", "提出作废"),
    ("assess", "讲评"),
    ("assign", "派发"),
    ("attach", "上传"),
    ("attendance", "补录签到"),
    ("baseline", "更正基数"),
    ("begin", "开工"),
    ("begin_test", "开始考核"),
    ("budget", "落实资金"),
    ("build", "登记建成"),
    ("cancel", "取消"),
    ("change", "修改"),
    ("check", "检查"),
    ("certify", "登记证书"),
    ("close", "销案"),
    ("commit", "写入"),
    ("confirm_level", "确认等级"),
    ("control_long_term", "转长期管控"),
    ("correct", "更正"),
    ("count", "清点装备"),
    ("decide", "批复"),
    ("compare", "对照核对"),
    ("deal_with", "登记办理结果"),
    ("deliver", "交付"),
    ("design", "完成设计"),
    ("disable", "停用"),
    ("dismiss", "认定不成立"),
    ("dispatch", "调派"),
    ("done", "办结上报"),
    ("doubt", "拟认定不属实"),
    ("draft", "起草"),
    ("draw", "排版"),
    ("edit", "修改"),
    ("edition", "新建版本"),
    ("emergency", "转 119"),
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
    ("file", "归档"),
    ("fill", "填充"),
    ("find", "发现"),
    ("continue", "恢复推送"),
    ("give_up", "多次失败停推"),
    ("halt", "暂停推送"),
    ("finish", "办结"),
    ("finish_test", "结束考核"),
    ("fix", "提交整改"),
    ("forward", "转有权单位"),
    ("found", "建镇"),
    ("generate", "生成"),
    ("go_through", "复盘"),
    ("grade", "定级"),
    ("grant_extension", "同意延期"),
    ("hand_in_test", "交卷"),
    ("hand_over", "移交"),
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
    ("judge", "作出核实结论"),
    ("circulate", "送会签"),
    ("countersign", "会签"),
    ("extract", "关联纳入情况"),
    ("progress", "更新项目进展"),
    ("into_force", "登记批准"),
    ("make", "新建"),
    ("supersede", "被新版替代"),
    ("solve", "算出"),
    ("public_report", "收到群众报告"),
    ("dismiss_report", "核实不属实"),
    ("keep_roster", "排值班表"),
    ("know_member", "登记队员情况"),
    ("report_away", "报告离岗"),
    ("come_back", "报告返岗"),
    ("enter_away", "登记请假"),
    ("leave", "移出"),
    ("leave_dispatch", "退出统一调度"),
    ("link", "发整改链接"),
    ("login", "登录"),
    ("login_refused", "登录被拒"),
    ("look_into", "开始核实"),
    ("map_code", "领取地图访问码"),
    ("maintain", "保养"),
    ("merge", "合并"),
    ("minute", "形成纪要"),
    ("note", "登记初步情况"),
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
    ("queue", "提交写入"),
    ("raise", "增援升级"),
    ("received", "确认收到"),
    ("record", "登记"),
    ("refuse", "被拒"),
    ("refuse_extension", "不同意延期"),
    ("register", "登记"),
    ("rehearse", "推演"),
    ("reject", "退回"),
    ("reject_doubt", "复核不同意"),
    ("reject_void", "不同意作废"),
    ("remind", "提醒"),
    ("receive", "收到"),
    ("reopen", "重新打开"),
    ("resolve", "补记议定事项"),
    ("separate", "撤销并案"),
    ("set", "设定"),
    ("shut", "报告封闭"),
    ("split", "拆分"),
    ("reply", "答复"),
    ("repair", "开始维修"),
    ("report_fault", "报告故障"),
    ("reset", "重置密码"),
    ("restore", "修复"),
    ("resubmit", "改正后重报"),
    ("retire", "停用"),
    ("reveal", "查看"),
    ("review", "审核"),
    ("reward", "登记奖励"),
    ("revoke", "撤销"),
    ("rule", "核对裁定"),
    ("seal", "封存"),
    ("secret", "更换密钥"),
    ("send", "发送"),
    ("send_back", "退回"),
    ("send_more", "补发"),
    ("serve", "送达"),
    ("shipped", "装入自带的"),
    ("sign", "签字"),
    ("silent", "失联"),
    ("sign_in", "签到"),
    ("spend", "登记支出"),
    ("stamp", "登记时刻"),
    ("start", "开始"),
    ("start_recheck", "开始复查"),
    ("step", "答复"),
    ("step_up", "再次确认身份"),
    ("submit", "提交"),
    ("submit_fix", "提交整改"),
    ("take", "接班"),
    ("take_out", "移出"),
    ("offer", "交班"),
    ("give_back", "下班"),
    ("tell_next", "逐级通知"),
    ("tell_119", "登记 119 报告情况"),
    ("totp_off", "取消第二因素"),
    ("totp_on", "设置第二因素"),
    ("transfer", "移送"),
    ("treat", "登记处理完成"),
    ("try", "试导"),
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

/// Acts that object and verb together would not say.
const ACTS: &[(&str, &str)] = &[
    ("place.merge", "重复登记并入另一条"),
    ("place.merged", "并入重复登记"),
    ("place.seen", "随隐患登记场所"),
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
    if let Some(known) = word(ACTS, action) {
        return known.to_owned();
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

    /// Every source of the program's hall but its tests.
    fn sources(folder: &std::path::Path, found: &mut Vec<(String, String)>) -> std::io::Result<()> {
        for entry in std::fs::read_dir(folder)? {
            let path = entry?.path();
            if path.is_dir() {
                sources(&path, found)?;
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                let text = std::fs::read_to_string(&path)?;
                let program = text.split("#[cfg(test)]\nmod tests").next().unwrap_or_default().to_owned();
                found.push((path.display().to_string(), program));
            }
        }
        Ok(())
    }

    /// The dotted word a text begins with, once its quote is open.
    fn dotted(text: &str) -> Option<&str> {
        let word = text.split('"').next()?;
        let (object, verb) = word.split_once('.')?;
        let is_code = |part: &str| {
            !part.is_empty() && part.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
        };
        (is_code(object) && is_code(verb)).then_some(word)
    }

    /// The acts a source names where it makes an entry of the record: in the call, or given to a `step` or `out` that
    /// makes it, or as one of two in `let action`.
    fn acts(text: &str) -> Vec<&str> {
        let mut found = Vec::new();
        for start in
            ["audit(", "audit_as(", "let action =", "_out(", "step_campaign(", "save_draft(", "action: \""]
        {
            for (at, _) in text.match_indices(start) {
                let rest = text.get(at..).unwrap_or_default();
                let end = rest.find([';', '{']).map_or(rest.len(), |end| end.max(start.len()));
                // The one after `if` stands in braces.
                let end = if start == "let action =" { rest.find(';').unwrap_or(end) } else { end };
                let call = rest.get(..end).unwrap_or_default();
                found.extend(call.match_indices('"').filter_map(|(at, _)| dotted(call.get(at + 1..)?)));
            }
        }
        for (at, _) in text.match_indices("=> \"") {
            found.extend(text.get(at + 4..).and_then(dotted));
        }
        found
    }

    /// Codes of refusals, facts and settings that stand beside acts and are none.
    const NO_ACTS: &[&str] = &[
        "conflict.version",
        "road.block",
        "store.failed",
        "store.full",
        "store.read_only",
        "store.unavailable",
        "vault.broken",
        "vault.key_missing",
        "vault.key_wrong",
    ];

    #[test]
    fn every_act_of_the_program_has_a_word() {
        let mut found = Vec::new();
        sources(&std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut found)
            .expect("the sources");
        let named: Vec<(&str, &str)> = found
            .iter()
            .flat_map(|(file, text)| acts(text).into_iter().map(move |act| (act, file.as_str())))
            .collect();
        assert!(named.len() > 200, "acts found: {}", named.len());
        for act in ["import.try", "import.queue", "campaign.take_out", "checklist.edit", "board.export"] {
            assert!(named.iter().any(|(known, _)| *known == act), "{act} is not looked at");
        }
        let without: Vec<_> = named
            .into_iter()
            .filter(|(act, _)| !NO_ACTS.contains(act) && action_label(act) == *act)
            .collect();
        assert!(without.is_empty(), "write a word for it above: {without:?}");
    }

    #[test]
    fn what_object_and_verb_do_not_say_has_words_of_its_own() {
        assert_eq!(action_label("import.try"), "台账导入：试导");
        assert_eq!(action_label("place.merge"), "重复登记并入另一条");
        assert_eq!(action_label("place.merged"), "并入重复登记");
        assert_eq!(action_label("place.seen"), "随隐患登记场所");
    }
}
