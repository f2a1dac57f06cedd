//! Why a step of a case may not be taken: one sentence with the article it rests on, and what to do instead.

use super::{PartyKind, Stage, Step};
use crate::calendar::OutOfRange;
use crate::gate::GateRefusal;
use crate::time::Date;

/// Why something about a case is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[allow(missing_docs, reason = "each field is what the sentence says of it")]
pub enum CaseRefusal {
    #[error("请填写{what}")]
    Missing { what: &'static str },
    #[error("案件{}，不能{}（{}），请刷新查看", stage.label(), step.label(), step.law())]
    NotNow { step: Step, stage: Stage },
    #[error("办理日期不能晚于今天，也不能早于上一步的 {last}，请核对")]
    WrongDay { last: Date },
    #[error(
        "行政处罚须由具有行政执法资格的人员实施，且不得少于两人（行政处罚法第四十二条），请指定两名执法人员"
    )]
    TwoOfficers,
    #[error(
        "责令改正须由两名以上执法人员实施（行政处罚法第四十二条），请选择一同执法的人员；一个人发现的可以先督促整改"
    )]
    TwoToOrder,
    #[error(
        "{name}：{lacks}，不能执法（行政处罚法第四十二条、方案第十一条 C11.4），请换持证人员或先办理证件"
    )]
    Uncertified { name: String, lacks: String },
    #[error("{name}：{why}")]
    Gate { name: String, why: GateRefusal },
    #[error("您不是本案的执法人员，不能办理这一步（行政处罚法第四十二条），请由承办人办理")]
    NotOfficer,
    #[error("本案承办人不能{}（调查与决定分开，行政处罚法第五十七条、第五十八条），请由其他人办理", step.label())]
    OfficerDecides { step: Step },
    #[error("事项“{name}”不是行政处罚事项，不能据以立案（行政处罚法第三十八条），请另选事项")]
    ItemNotPenal { name: String },
    #[error(
        "事项“{name}”是行政强制事项，不能据以责令改正（行政处罚法第二十八条），请另选行政检查或者行政处罚事项"
    )]
    ItemNotOrder { name: String },
    #[error("事项“{name}”已作废（{reason}），不能据以办理（行政处罚法第三十八条），请另选事项或移送有权机关")]
    ItemVoided { name: String, reason: String },
    #[error(
        "事项“{name}”还没有由第二人对照来源文件核对，不能据以办理（行政处罚法第三十八条），请先到“执法事项”核对"
    )]
    ItemWaiting { name: String },
    #[error("事项“{name}”已经核对，不需要再核对")]
    ItemCompared { name: String },
    #[error("事项“{name}”是您登记的，须由另一人对照来源文件核对，请法制审核人员或者负责人核对")]
    ItemOwn { name: String },
    #[error("事项“{name}”还没有附来源文件的扫描件，无从核对，请先上传")]
    ItemScan { name: String },
    #[error("事项“{name}”不覆盖该场所所在辖区，请移送有管辖权的机关（行政处罚法第二十二条）")]
    ItemElsewhere { name: String },
    #[error("事项“{name}”自 {from} 起才有效，此前不能据以办理（行政处罚法第三十八条）")]
    ItemNotYet { name: String, from: Date },
    #[error(
        "事项“{name}”的{basis}已于 {last} 到期，镇不再有权办理（行政处罚法第十八条、第三十八条），请移送有权机关，或登记续期文件后再办"
    )]
    ItemExpired { name: String, last: Date, basis: &'static str },
    #[error("事项的截止日期不能早于起始日期 {from}，请核对")]
    ItemBackwards { from: Date },
    #[error("{law}：{what}，请按法定种类和幅度确定处罚")]
    OutOfRange { law: String, what: String },
    #[error("{name}与本案有关系（{what}），应当回避（行政处罚法第四十三条），请换其他执法人员")]
    Related { name: String, what: String },
    #[error("该人员已在本案回避，不能再接替承办（行政处罚法第四十三条），请另选执法人员")]
    RecusedBefore,
    #[error("回避申请尚未决定，不能{}（行政处罚法第四十三条），请先由负责人作出决定", step.label())]
    RecusalOpen { step: Step },
    #[error("没有待决定的回避申请，请刷新查看")]
    NoClaim,
    #[error("该人员不是本案承办人，不需要回避，请核对")]
    NotOnCase,
    #[error(
        "违法行为自 {ended_on} 起已超过{years}年才被发现，不再给予行政处罚（行政处罚法第三十六条），请不予立案"
    )]
    TimeBarred { ended_on: Date, years: u16 },
    #[error("执法人员应当主动出示执法证件，未出示的当事人有权拒绝（行政处罚法第五十五条），请出示后再登记")]
    NotShown,
    #[error("调查时执法人员不得少于两人（行政处罚法第四十二条），请两人到场后再登记")]
    Alone,
    #[error("还没有调查记录，不能调查终结（行政处罚法第五十四条），请先登记调查")]
    NothingInvestigated,
    #[error("先行登记保存的证据还没有处理（行政处罚法第五十六条，七日内），请先处理")]
    StillPreserved,
    #[error(
        "作出处罚决定前应当告知当事人事实、理由、依据和权利（行政处罚法第四十四条、第六十二条），请先告知"
    )]
    NotNotified,
    #[error("还没有听取当事人陈述、申辩（行政处罚法第四十五条、第六十二条），请先登记陈述申辩情况")]
    NotHeard,
    #[error("陈述申辩期限到 {until} 才满，期满前不能认定当事人未陈述（行政处罚法第四十五条），请届时再登记")]
    DefenceRunning { until: Date },
    #[error("告知的处罚属于应当告知听证权利的情形（行政处罚法第六十三条），请在告知书中告知听证权利")]
    HearingNotOffered,
    #[error(
        "本镇还没有设定对{}罚款多少为较大数额，不能判断当事人有没有听证权利（行政处罚法第六十三条），请在告知书中告知听证权利，或者先由镇在“镇定参数”中设定再告知",
        kind.label()
    )]
    LargeUnset { kind: PartyKind },
    #[error(
        "罚款达到较大数额，应当告知听证权利（行政处罚法第六十三条），不能当场处罚，请办理“改用普通程序”，依法立案"
    )]
    SpotLarge,
    #[error("没有告知听证权利，不需要听证；当事人仍可陈述、申辩（行政处罚法第四十五条）")]
    NoHearingRight,
    #[error(
        "当事人要求听证的期限到 {until} 才满（行政处罚法第六十四条第一项，五个工作日），请待期满或当事人放弃后再办"
    )]
    HearingRunning { until: Date },
    #[error("当事人应在告知后五个工作日内要求听证，期限已于 {until} 届满（行政处罚法第六十四条第一项）")]
    HearingTooLate { until: Date },
    #[error("当事人已要求听证，还没有听证，不能{}（行政处罚法第六十四条、第六十五条），请先举行听证", step.label())]
    HearingDue { step: Step },
    #[error(
        "应当在听证的七个工作日前通知当事人（通知和听证当天不算），最早 {earliest} 举行（行政处罚法第六十四条第二项），请另定日期"
    )]
    HearingTooSoon { earliest: Date },
    #[error("听证定在 {on} 举行（行政处罚法第六十四条），届时再登记")]
    HearingNotYet { on: Date },
    #[error("还没有通知听证，不能认定当事人不出席（行政处罚法第六十四条第六项），请先通知听证")]
    HearingNotCalled,
    #[error("听证由非本案调查人员主持（行政处罚法第六十四条第四项），请另行指定主持人")]
    ChairInvestigated,
    #[error("本案须经法制审核，未经审核或者审核未通过的，不得作出决定（行政处罚法第五十八条），请先送审")]
    NotReviewed,
    #[error(
        "初次从事法制审核的人员应当取得国家统一法律职业资格（行政处罚法第五十八条），审核人没有登记该资格，请换人或先登记证件"
    )]
    ReviewerUnqualified,
    #[error(
        "情节复杂或者重大违法行为，行政机关负责人应当集体讨论决定（行政处罚法第五十七条），请先登记集体讨论"
    )]
    NotDiscussed,
    #[error("集体讨论须有两名以上负责人参加（行政处罚法第五十七条），请补全参加人")]
    DiscussedAlone,
    #[error(
        "自立案之日起九十日的办案期限已于 {due} 届满（行政处罚法第六十条），请登记届满前批准的延长或者不计入期限的依据，或者撤销案件"
    )]
    DecisionLate { due: Date },
    #[error(
        "办案期限已于 {due} 届满，届满后不能再延长（行政处罚法第六十条）；届满前已经批准延长的，请按批准的日期补记，否则请办理“撤销案件”"
    )]
    ExtendedLate { due: Date },
    #[error("“{}”须写明依据的法律、法规或者规章的条款（行政处罚法第六十条），如“……规定第二十条”", step.label())]
    NoProvision { step: Step },
    #[error("办案期限中止中，不能{}（行政处罚法第六十条），请先恢复", step.label())]
    Paused { step: Step },
    #[error("不得因当事人陈述、申辩而给予更重的处罚（行政处罚法第四十五条），决定的处罚重于告知内容，请改正")]
    Harsher,
    #[error(
        "文书的处罚内容与案件不一致：文书中“{what}”，案件为{case}（行政处罚法第四十四条、第五十七条、第五十九条），请改正文书，或者先在案件中依法办理"
    )]
    SaysOther { what: String, case: String },
    #[error("不满十四周岁的人有违法行为的，不予行政处罚（行政处罚法第三十条），请责令监护人加以管教")]
    UnderAge,
    #[error("对同一个违法行为已给予过罚款，不得再次罚款（行政处罚法第二十九条），请去掉罚款")]
    FinedBefore,
    #[error("处罚内容不能为空；罚款须填金额，警告等其他处罚须选种类")]
    NoPenalty,
    #[error(
        "当场处罚限于对公民二百元以下、对法人或者其他组织三千元以下罚款或者警告（行政处罚法第五十一条），本案不能当场处罚，请办理“改用普通程序”，依法立案"
    )]
    NotSummary,
    #[error("本案已经按普通程序办理（行政处罚法第五十四条），不需要再改")]
    OrdinaryAlready,
    #[error(
        "当场处罚决定已经作出（行政处罚法第五十一条、第五十二条），同一个违法行为不能再改用普通程序处罚；决定确有错误的，由当事人申请复议、提起诉讼，或者由本机关主动改正（行政处罚法第七十五条）"
    )]
    SpotDecided,
    #[error(
        "当场处罚也应告知事实、理由、依据和权利并听取陈述申辩（行政处罚法第四十四条、第四十五条），请办理后再登记"
    )]
    SpotNotHeard,
    #[error(
        "当场收缴限于一百元以下罚款、不当场收缴事后难以执行，或者边远地区当事人提出（行政处罚法第六十八条、第六十九条），请由当事人到银行缴纳"
    )]
    NoSpotCollection,
    #[error("缴款金额不对，尚欠 {}.{:02} 元，请核对", .owed_fen / 100, .owed_fen % 100)]
    WrongAmount { owed_fen: i64 },
    #[error(
        "公告自发出之日起到 {until} 满三十日，才视为送达（行政处罚法第六十一条、民事诉讼法第九十五条，引用前核对），请届时再办"
    )]
    NoticeHangs { until: Date },
    #[error("没有未缴的加处罚款（行政处罚法第七十二条、第七十三条），不需要登记")]
    NothingLate,
    #[error("缴款期限到 {due} 才满（行政处罚法第六十七条），期满不履行的再催告、再申请执行")]
    PaymentRunning { due: Date },
    #[error(
        "催告书送达十个工作日后仍不履行的，才能申请强制执行，最早 {earliest}（行政强制法第五十四条、第六十九条）"
    )]
    DemandRunning { earliest: Date },
    #[error("还没有催告，不能申请法院强制执行（行政强制法第五十四条），请先催告")]
    NotDemanded,
    #[error(
        "当事人的复议、诉讼期限到 {until} 才满，期满不复议、不起诉又不履行的才能申请（行政强制法第五十三条）"
    )]
    RemedyRunning { until: Date },
    #[error("申请法院强制执行应在复议、诉讼期满后三个月内提出，已于 {until} 届满（行政强制法第五十三条）")]
    CourtTooLate { until: Date },
    #[error(
        "复议已有结果，不能再次申请复议；不服复议决定的可以在十五日内提起诉讼（行政诉讼法第四十五条，引用前核对）"
    )]
    ReviewedOnce,
    #[error("当事人已申请复议或者提起诉讼，结果未登记，不能{}（{}），请先登记结果", step.label(), step.law())]
    Contested { step: Step },
    #[error("处罚还没有履行完毕，也没有经法院执行，不能结案（行政处罚法第七十二条），请先登记履行情况")]
    Unperformed,
    #[error("当场收缴的罚款还没有交回（行政处罚法第七十一条，两个工作日内），请先登记交回")]
    NotHandedIn,
    #[error("当场作出的处罚决定须报所属行政机关备案（行政处罚法第五十二条），请先备案")]
    NotReported,
    #[error(
        "《{name}》只能由处罚案件制作：没有立案、调查、告知和决定的，不得处罚（行政处罚法第三十八条、第四十四条、第五十四条、第五十七条），请先登记案件，再从案件页面制作"
    )]
    NoCase { name: String },
    #[error("案件没有立案，还没有案卷（行政处罚法第五十四条），请先立案")]
    NotFiled,
    #[error("案件决定不予处罚，不能制作行政处罚决定书（行政处罚法第五十七条），请核对处理决定")]
    NotPunished,
    #[error("日期超出可计算的范围，请检查")]
    Range,
}

impl From<OutOfRange> for CaseRefusal {
    fn from(_: OutOfRange) -> Self {
        Self::Range
    }
}

impl CaseRefusal {
    /// Stable dotted code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Missing { .. } => "enforcement.missing",
            Self::NotNow { .. } => "enforcement.not_now",
            Self::WrongDay { .. } => "enforcement.day",
            Self::TwoOfficers => "enforcement.two_officers",
            Self::TwoToOrder => "enforcement.two_to_order",
            Self::Uncertified { .. } => "enforcement.uncertified",
            Self::Gate { .. } => "enforcement.untrained",
            Self::NotOfficer => "enforcement.not_officer",
            Self::OfficerDecides { .. } => "enforcement.officer_decides",
            Self::ItemNotPenal { .. } => "enforcement.item_not_penal",
            Self::ItemNotOrder { .. } => "enforcement.item_not_order",
            Self::ItemVoided { .. } => "enforcement.item_voided",
            Self::ItemWaiting { .. } => "enforcement.item_waiting",
            Self::ItemCompared { .. } => "enforcement.item_compared",
            Self::ItemOwn { .. } => "enforcement.item_own",
            Self::ItemScan { .. } => "enforcement.item_scan",
            Self::ItemElsewhere { .. } => "enforcement.item_elsewhere",
            Self::ItemNotYet { .. } => "enforcement.item_not_yet",
            Self::ItemExpired { .. } => "enforcement.item_expired",
            Self::ItemBackwards { .. } => "enforcement.item_backwards",
            Self::OutOfRange { .. } => "enforcement.out_of_range",
            Self::Related { .. } => "enforcement.related",
            Self::RecusedBefore => "enforcement.recused_before",
            Self::RecusalOpen { .. } => "enforcement.recusal_open",
            Self::NoClaim => "enforcement.no_claim",
            Self::NotOnCase => "enforcement.not_on_case",
            Self::TimeBarred { .. } => "enforcement.time_barred",
            Self::NotShown => "enforcement.not_shown",
            Self::Alone => "enforcement.alone",
            Self::NothingInvestigated => "enforcement.nothing_investigated",
            Self::StillPreserved => "enforcement.still_preserved",
            Self::NotNotified => "enforcement.not_notified",
            Self::NotHeard => "enforcement.not_heard",
            Self::DefenceRunning { .. } => "enforcement.defence_running",
            Self::LargeUnset { .. } => "enforcement.large_unset",
            Self::SpotLarge => "enforcement.spot_large",
            Self::HearingNotOffered => "enforcement.hearing_not_offered",
            Self::NoHearingRight => "enforcement.no_hearing_right",
            Self::HearingRunning { .. } => "enforcement.hearing_running",
            Self::HearingTooLate { .. } => "enforcement.hearing_too_late",
            Self::HearingDue { .. } => "enforcement.hearing_due",
            Self::HearingTooSoon { .. } => "enforcement.hearing_too_soon",
            Self::HearingNotYet { .. } => "enforcement.hearing_not_yet",
            Self::HearingNotCalled => "enforcement.hearing_not_called",
            Self::ChairInvestigated => "enforcement.chair_investigated",
            Self::NotReviewed => "enforcement.not_reviewed",
            Self::ReviewerUnqualified => "enforcement.reviewer_unqualified",
            Self::NotDiscussed => "enforcement.not_discussed",
            Self::DiscussedAlone => "enforcement.discussed_alone",
            Self::DecisionLate { .. } => "enforcement.decision_late",
            Self::ExtendedLate { .. } => "enforcement.extended_late",
            Self::NoProvision { .. } => "enforcement.no_provision",
            Self::Paused { .. } => "enforcement.paused",
            Self::Harsher => "enforcement.harsher",
            Self::SaysOther { .. } => "enforcement.says_other",
            Self::UnderAge => "enforcement.under_age",
            Self::FinedBefore => "enforcement.fined_before",
            Self::NoPenalty => "enforcement.no_penalty",
            Self::NotSummary => "enforcement.not_summary",
            Self::OrdinaryAlready => "enforcement.ordinary_already",
            Self::SpotDecided => "enforcement.spot_decided",
            Self::SpotNotHeard => "enforcement.spot_not_heard",
            Self::NoSpotCollection => "enforcement.no_spot_collection",
            Self::WrongAmount { .. } => "enforcement.wrong_amount",
            Self::NoticeHangs { .. } => "enforcement.notice_hangs",
            Self::NothingLate => "enforcement.nothing_late",
            Self::PaymentRunning { .. } => "enforcement.payment_running",
            Self::DemandRunning { .. } => "enforcement.demand_running",
            Self::NotDemanded => "enforcement.not_demanded",
            Self::RemedyRunning { .. } => "enforcement.remedy_running",
            Self::CourtTooLate { .. } => "enforcement.court_too_late",
            Self::ReviewedOnce => "enforcement.reviewed_once",
            Self::Contested { .. } => "enforcement.contested",
            Self::Unperformed => "enforcement.unperformed",
            Self::NotHandedIn => "enforcement.not_handed_in",
            Self::NotReported => "enforcement.not_reported",
            Self::NoCase { .. } => "enforcement.no_case",
            Self::NotFiled => "enforcement.not_filed",
            Self::NotPunished => "enforcement.not_punished",
            Self::Range => "enforcement.range",
        }
    }
}
