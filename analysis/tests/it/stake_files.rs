//! Stake files: what is read, and what is refused with the line and the reason.

use klero_analysis::{Stakes, StakesError};

fn read(text: &str) -> Result<Stakes, StakesError> {
    Stakes::read(text.as_bytes())
}

fn refusal(text: &str) -> String {
    read(text).unwrap_err().to_string()
}

fn stakes(stakes: &Stakes) -> Vec<(&str, u64)> {
    let accounts = stakes.accounts().iter();
    accounts
        .map(|account| (account.id.as_str(), account.stake))
        .collect()
}

#[test]
fn accounts_come_by_descending_stake_and_then_by_id() {
    let read = read("id,stake\nb,5\nc,70\na,5\nd,007\n").unwrap();
    assert_eq!(stakes(&read), [("c", 70), ("d", 7), ("a", 5), ("b", 5)]);
    assert_eq!(
        (read.total(), read.scale(), read.dropped(), read.is_grouped()),
        (87, 0, 0, false)
    );
}

#[test]
fn a_quoted_field_keeps_its_commas_and_quotes() {
    let text = "id,stake,group\r\na,1,\"The \"\"Big\"\", Ltd\"\r\n\"b, c\",\"2\", plain \r\nd,3,\r\ne,4,\"\"";
    let read = read(text).unwrap();
    let groups: Vec<_> = read
        .accounts()
        .iter()
        .map(|account| (account.id.as_str(), account.group.as_deref()))
        .collect();
    assert_eq!(
        groups,
        [
            ("e", None),
            ("d", None),
            ("b, c", Some("plain")),
            ("a", Some("The \"Big\", Ltd"))
        ]
    );
}

#[test]
fn a_spreadsheet_s_byte_order_mark_is_no_part_of_the_header() {
    assert_eq!(read("\u{feff}id,stake\na,1\n").unwrap().total(), 1);
}

#[test]
fn two_to_the_63_is_left_as_it_is() {
    let read = read("id,stake\na,9223372036854775807\nb,1\n").unwrap();
    assert_eq!((read.total(), read.scale(), read.dropped()), (1 << 63, 0, 0));
}

#[test]
fn more_is_divided_by_the_least_power_of_ten_and_rounded_down() {
    let read = read("id,stake\na,9223372036854775807\nb,19\nc,9\n").unwrap();
    assert_eq!(stakes(&read), [("a", 922_337_203_685_477_580), ("b", 1)]);
    assert_eq!((read.scale(), read.dropped()), (1, 1));
}

#[test]
fn stakes_may_have_any_length() {
    let digits = "9".repeat(3_000);
    let text = format!("id,stake\na,{digits}\nb,4{}\n", "0".repeat(2_999));
    let read = read(&text).unwrap();
    // 19 digits of each fit one by one, but not in sum.
    assert_eq!(
        stakes(&read),
        [("a", 999_999_999_999_999_999), ("b", 400_000_000_000_000_000)]
    );
    assert_eq!(read.scale(), 2_982);
}

#[test]
fn a_malformed_file_is_refused_with_the_line_and_the_reason() {
    let long = format!("id,stake\na,1\nb,{}\n", "1".repeat(5_000));
    for (text, reason) in [
        (
            "",
            "there is no account: write one a line under the header id,stake or id,stake,group",
        ),
        ("id,stake\n", "there is no account"),
        (
            "a,5\n",
            "line 1: the header is `a,5`: it must be id,stake or id,stake,group",
        ),
        ("id,stake\n\na,5\n", "line 2: it is empty"),
        ("id,stake\na,5\nb\n", "line 3: 1 fields, and the header names 2"),
        (
            "id,stake,group\na,5\n",
            "line 2: 2 fields, and the header names 3",
        ),
        (
            "id,stake,group\na,5,One, Ltd\n",
            "line 2: 4 fields, and the header names 3; a field with a comma",
        ),
        ("id,stake\na,5\n,6\n", "line 3: the id is empty"),
        (
            "id,stake\na,5\nb,6\na,7\n",
            "line 4: the id `a` stands on line 2 already",
        ),
        (
            "id,stake\na,5\n\"a\",7\n",
            "line 3: the id `a` stands on line 2 already",
        ),
        (
            "id,stake\na,0\n",
            "line 2: the stake is 0: leave out who has none",
        ),
        ("id,stake\na,000\n", "line 2: the stake is 0"),
        ("id,stake\na,-5\n", "line 2: the stake `-5` is negative"),
        (
            "id,stake\na,+5\n",
            "line 2: the stake `+5` is not an integer: digits only",
        ),
        ("id,stake\na,1.5\n", "line 2: the stake `1.5` is not an integer"),
        ("id,stake\na,1e9\n", "line 2: the stake `1e9` is not an integer"),
        ("id,stake\na,\n", "line 2: the stake `` is not an integer"),
        ("id,stake\na,１２\n", "line 2: the stake `１２` is not an integer"),
        (
            "id,stake\na,\"5\n",
            "line 2: a double quote neither opens nor closes a field",
        ),
        (
            "id,stake\na,\"5\"6\n",
            "line 2: a double quote neither opens nor closes a field",
        ),
        (
            "id,stake\na\"b,5\n",
            "line 2: a double quote neither opens nor closes a field",
        ),
        (&long, "line 3: it is longer than 4096 bytes"),
    ] {
        let refused = refusal(text);
        assert!(refused.starts_with(reason), "{text:.40}: {refused}");
    }
}

#[test]
fn bytes_that_are_no_text_are_refused() {
    let refused = Stakes::read(&b"id,stake\na,1\n\xff,2\n"[..]).unwrap_err();
    assert_eq!(refused.to_string(), "line 3: it is not UTF-8");
}

#[test]
fn a_line_may_have_4096_bytes_and_no_more() {
    let line = |length: usize| format!("id,stake\n{},1\n", "x".repeat(length - 2));
    assert_eq!(read(&line(4_096)).unwrap().total(), 1);
    assert_eq!(refusal(&line(4_097)), "line 2: it is longer than 4096 bytes");
    assert_eq!(read(line(4_096).trim_end()).unwrap().total(), 1);
    assert_eq!(
        refusal(line(4_097).trim_end()),
        "line 2: it is longer than 4096 bytes"
    );
}

#[test]
fn an_electorate_may_have_65536_accounts_and_no_more() {
    let text = |count: u32| (0..count).fold("id,stake\n".to_owned(), |text, id| text + &format!("{id},1\n"));
    assert_eq!(read(&text(65_536)).unwrap().total(), 65_536);
    assert_eq!(
        refusal(&text(65_537)),
        "line 65538: there are more than 65536 accounts, the most an electorate may have"
    );
}

#[test]
fn stakes_without_a_file_leave_out_zeros() {
    let read = Stakes::of([0, 3, 9]).unwrap();
    assert_eq!(stakes(&read), [("2", 9), ("1", 3)]);
    assert_eq!(read.dropped(), 1);
    assert!(matches!(Stakes::of([0]), Err(StakesError::Empty)));
}
