//! Of whom the town asks a second factor: by what he is today, as the town has set it. What does not belong here: codes and
//! secrets (`secret`), setting one up (`account`).

use domain::org::Role;
use domain::policy::Hats;
use domain::time::Date;
use store::Read;
use store::account::Account;

use crate::parameter::number_on;
use crate::{Error, Result};

/// Whether it is asked of who keeps and who overlooks the program (P); of nobody until the town decides so.
const ADMIN: (&str, f64) = ("account.factor.admin", 0.0);
/// Of the office (P).
const OFFICE: (&str, f64) = ("account.factor.office", 0.0);
/// Of the town's leaders (P).
const LEADER: (&str, f64) = ("account.factor.leader", 0.0);
/// Of who enforces (P).
const ENFORCEMENT: (&str, f64) = ("account.factor.enforcement", 0.0);

/// The town's settings, their names for people and the roles each is about.
pub(crate) const DEMANDS: [((&str, f64), &str, &[Role]); 4] = [
    (ADMIN, "系统管理员、纪检督查登录须启用动态验证码", &[Role::SysAdmin, Role::Auditor]),
    (OFFICE, "消安办人员登录须启用动态验证码", &[Role::OfficeHead, Role::OfficeClerk]),
    (
        LEADER,
        "镇领导登录须启用动态验证码",
        &[
            Role::CommitteeDirector,
            Role::CommitteeDeputy,
            Role::PartySecretary,
            Role::LeaderInCharge,
            Role::LeaderOther,
        ],
    ),
    (
        ENFORCEMENT,
        "执法、派出所、法制审核人员登录须启用动态验证码",
        &[Role::EnforcementOfficer, Role::PoliceOfficer, Role::LegalReviewer, Role::AgencyHead],
    ),
];

/// Whether a second factor must be set up before anything else. Who has one is not looked up further.
pub(crate) async fn must_enrol(read: &mut Read, account: &Account, hats: &Hats, on: Date) -> Result<bool> {
    if !account.totp_secret.is_empty() {
        return Ok(false);
    }
    for (setting, _, roles) in DEMANDS {
        let is_one = hats.all().iter().any(|hat| roles.contains(&hat.role));
        if is_one && number_on(read, setting, on).await? > 0 {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The refusal until a second factor is set up.
pub(crate) fn first(message: &str) -> Error {
    Error::Forbidden { code: "totp.must_enrol", message: message.to_owned() }
}
