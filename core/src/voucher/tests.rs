use proptest::prelude::*;

use super::*;

fn today() -> Date {
    "2026-11-22".parse().unwrap()
}

fn voucher(amount: i64) -> Voucher {
    Voucher {
        code: VoucherCode::from_random(0x2_1F3C_9A77_0042),
        kind: VoucherKind::CreditNote,
        issuer: "0192f0c1-7a3e-7c55-9d1b-3f0a6a1c2b3d".parse().unwrap(),
        seq: 42,
        amount: Cents::new(amount),
        expires: Some("2027-11-22".parse().unwrap()),
    }
}

/// Reads a QR code where the register that issues [`voucher`]s is known by this key.
fn read(text: &str, key: &DeviceKey) -> Result<Voucher, VoucherError> {
    Voucher::from_qr(text, |issuer| Ok((issuer == voucher(1).issuer).then(|| key.public())))
}

#[test]
fn a_code_is_read_as_people_type_it() {
    // 37 numbers are one check: 32 to 36 would end in a sign, so that 37 is issued, whose check is 0.
    let code = VoucherCode::from_random(32);
    assert_eq!(code.to_string(), "00000-00015-0");
    for typed in ["00000-00015-0", "oooooooo15o", "OOOOO OOOL5 O"] {
        assert_eq!(typed.parse(), Ok(code.clone()), "{typed}");
    }
    assert_eq!("00000-00015-1".parse::<VoucherCode>(), Err(VoucherError::Check));
    assert_eq!("00000-00015".parse::<VoucherCode>(), Err(VoucherError::Length { found: 10 }));
    assert_eq!("00000-0001U-0".parse::<VoucherCode>(), Err(VoucherError::Character { character: "U".into() }));
    for typed in ["00000-0001O-X", "", "abc"] {
        assert!(typed.parse::<VoucherCode>().is_err(), "{typed}");
    }
}

#[test]
fn a_voucher_survives_its_qr_code() {
    let key = DeviceKey::from_seed(&[7; 32]);
    let qr = voucher(2500).to_qr(&key);
    assert!(is_voucher_qr(&qr));
    assert_eq!(read(&qr, &key), Ok(voucher(2500)));
    let forever = Voucher { expires: None, kind: VoucherKind::GiftVoucher, ..voucher(1) };
    assert_eq!(read(&forever.to_qr(&key), &key), Ok(forever));
}

#[test]
fn a_voucher_that_is_not_ours_is_refused() {
    let (key, other) = (DeviceKey::from_seed(&[7; 32]), DeviceKey::from_seed(&[8; 32]));
    let qr = voucher(2500).to_qr(&key);
    for (text, expected) in [
        (qr.replace(".2500.", ".9500."), VoucherError::Forged),
        (qr.replace(".2500.", ".02500."), VoucherError::Broken),
        (qr.replace("CV1.", "CV2."), VoucherError::Version),
        (qr[..qr.len() - 2].to_owned(), VoucherError::Broken),
        (voucher(2500).to_qr(&other), VoucherError::Forged),
        ("https://example.fr".to_owned(), VoucherError::NotAVoucher),
    ] {
        assert_eq!(read(&text, &key), Err(expected), "{text}");
    }
    assert_eq!(Voucher::from_qr(&qr, |_| Ok(None)), Err(VoucherError::Foreign));
}

#[test]
fn what_is_left_stays_on_the_voucher() {
    let balance = VoucherBalance::issued(voucher(2500)).unwrap();
    let once = balance.spend(Cents::new(1000), today()).unwrap();
    assert_eq!(once.left(), Cents::new(1500));
    assert!(matches!(once.spend(Cents::new(1501), today()), Err(VoucherError::AboveBalance { .. })));
    let empty = once.spend(Cents::new(1500), today()).unwrap();
    assert!(matches!(empty.usable(today()), Err(VoucherError::Exhausted { .. })));
    assert_eq!(empty.put_back(Cents::new(700)).unwrap().left(), Cents::new(700));
    assert!(matches!(once.put_back(Cents::new(1001)), Err(VoucherError::AboveIssued { .. })));
    assert!(empty.record_spent(Cents::new(1)).is_overdrawn());
    assert!(VoucherBalance::issued(voucher(0)).is_err());
}

#[test]
fn an_expired_or_deactivated_voucher_does_not_pay() {
    let balance = VoucherBalance::issued(voucher(2500)).unwrap();
    let (last, after): (Date, Date) = ("2027-11-22".parse().unwrap(), "2027-11-23".parse().unwrap());
    assert!(balance.usable(last).is_ok());
    assert!(matches!(balance.usable(after), Err(VoucherError::Expired { .. })));
    assert!(balance.prolonged(Some(after)).usable(after).is_ok());
    assert!(balance.prolonged(Some(today())).usable(last).is_ok(), "a prolongation never shortens");
    assert!(matches!(balance.with_active(false).usable(today()), Err(VoucherError::Deactivated { .. })));
}

#[test]
fn a_till_takes_offline_what_it_can_know() {
    let balance = VoucherBalance::issued(voucher(2500)).unwrap().spend(Cents::new(500), today()).unwrap();
    let typed = Presented::Code(voucher(1).code);
    let signed = Presented::Signed(voucher(2500));
    let blind = Knowledge { balance: None, complete: false, issued_here: false };
    let knowing = Knowledge { balance: Some(&balance), ..blind };
    let take = |shown: &Presented, known, policy| accept(shown, known, policy, today()).map(Cents::get);
    let refused = VoucherError::OnlyWhereIssued { code: voucher(1).code.to_string() };
    assert_eq!(take(&signed, blind, OfflinePolicy::Accept), Ok(2500));
    assert_eq!(take(&signed, knowing, OfflinePolicy::Accept), Ok(2000));
    assert_eq!(take(&signed, blind, OfflinePolicy::UpTo { most: Cents::new(1000) }), Ok(1000));
    assert_eq!(take(&signed, blind, OfflinePolicy::OnlyWhereIssued), Err(refused));
    assert_eq!(take(&typed, knowing, OfflinePolicy::Accept), Ok(2000));
    assert_eq!(take(&typed, Knowledge { issued_here: true, ..knowing }, OfflinePolicy::OnlyWhereIssued), Ok(2000));
    assert!(matches!(take(&typed, blind, OfflinePolicy::Accept), Err(VoucherError::NotKnownHere { .. })));
    let online = Knowledge { complete: true, ..blind };
    assert!(matches!(take(&typed, online, OfflinePolicy::Accept), Err(VoucherError::Unknown { .. })));
    let other = Presented::Signed(Voucher { amount: Cents::new(9000), ..voucher(1) });
    assert!(matches!(take(&other, knowing, OfflinePolicy::Accept), Err(VoucherError::Differs { .. })));
}

proptest! {
    #[test]
    fn every_code_is_read_back_in_any_writing(bits in any::<u64>(), lower in any::<bool>(), dashes in any::<bool>()) {
        let code = VoucherCode::from_random(bits);
        let mut text = code.to_string();
        prop_assert!(text.bytes().all(|c| c == b'-' || ALPHABET.contains(&c)));
        if lower { text = text.to_lowercase().replace('0', "o").replace('1', "l"); }
        if !dashes { text = text.replace('-', " "); }
        prop_assert_eq!(text.parse::<VoucherCode>(), Ok(code));
    }

    #[test]
    fn one_wrong_or_two_swapped_characters_are_always_seen(bits in any::<u64>(), at in 0usize..11, other in 0usize..32) {
        let text = VoucherCode::from_random(bits).to_string().replace('-', "");
        let mut wrong = text.clone().into_bytes();
        wrong[at] = ALPHABET[other];
        let mut swapped = text.clone().into_bytes();
        swapped.swap(at, (at + 1).min(10));
        for changed in [wrong, swapped] {
            let changed = String::from_utf8(changed).unwrap();
            if changed != text {
                prop_assert_eq!(changed.parse::<VoucherCode>(), Err(VoucherError::Check));
            }
        }
    }

    #[test]
    fn no_text_breaks_the_reader(text in "(CV1\\.)?[0-9A-Za-zé.-]{0,80}") {
        let key = DeviceKey::from_seed(&[7; 32]);
        prop_assert!(read(&text, &key).is_err());
        let _ = text.parse::<VoucherCode>();
    }
}
