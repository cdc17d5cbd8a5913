use medshare_types::{Hash, MemberStatus, Point, Role};
use sp_runtime::BuildStorage;

use crate::{Auditors, mock::*};

#[test]
fn seeds_active_members_without_sponsor() {
    ExtBuilder::default().member(20, &Role::ALL).build_and_execute(|| {
        let member = Members::member(&20).expect("a member");
        assert_eq!(member.roles, roles(&Role::ALL));
        assert_eq!(member.identity, identity(20));
        assert_eq!(member.sponsor, None);
        assert_eq!(member.status, MemberStatus::Active);
        assert_eq!(member.key, pair(20).public());
        assert_eq!(Auditors::<Test>::get().into_inner(), vec![AUDITOR, 20]);
    });
}

fn build(members: Vec<(Account, Point)>) {
    let config = crate::GenesisConfig::<Test> {
        members: members
            .into_iter()
            .map(|(who, key)| (who, roles(&[Role::Buyer]), identity(who), key))
            .collect(),
    };
    let _ = config.build_storage();
}

#[test]
#[should_panic(expected = "is refused")]
fn refuses_two_members_with_one_key() {
    build(vec![(1, pair(1).public()), (2, pair(1).public())]);
}

#[test]
#[should_panic(expected = "is refused")]
fn refuses_a_key_that_is_no_point() {
    build(vec![(1, Point(Hash::repeat_byte(0xff)))]);
}

#[test]
#[should_panic(expected = "is refused")]
fn refuses_one_account_twice() {
    build(vec![(1, pair(1).public()), (1, pair(2).public())]);
}
