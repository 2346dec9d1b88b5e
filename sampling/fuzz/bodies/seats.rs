//! What holds for any draw in any lottery.
//!
//! Nothing panics; the domain is what it is said to be; seats keep to the scheme's bounds; they never fall when stake
//! or expected seats rise, nor go the wrong way when the draw moves; and what is prepared once gives the same.

use klero_sampling::{
    Draw, Holder, Lottery, LotteryError, MAX_EXPECTED, MAX_TOTAL, SeatScheme, Seats, Split,
};

/// One question to a lottery.
#[derive(Debug, Clone, Copy)]
struct Question {
    scheme: SeatScheme,
    expected: u32,
    total: u64,
    stake: u64,
    draw: [u8; 32],
    split: Split,
    place: u32,
}

impl Question {
    /// The bytes' meaning: scheme (1 byte), expected seats (4), total, stake (8 each), draw (32), the split (4 and 8)
    /// and the place (4). Missing ones are zero.
    fn read(mut data: &[u8]) -> Self {
        let scheme = match take::<1>(&mut data)[0] % 4 {
            0 => SeatScheme::Quota,
            1 => SeatScheme::Binomial,
            2 => SeatScheme::Full,
            _ => SeatScheme::FaitAccompli,
        };
        Self {
            scheme,
            expected: u32::from_le_bytes(take(&mut data)),
            total: u64::from_le_bytes(take(&mut data)),
            stake: u64::from_le_bytes(take(&mut data)),
            draw: take(&mut data),
            split: Split {
                permanent: u32::from_le_bytes(take(&mut data)),
                rest: u64::from_le_bytes(take(&mut data)),
            },
            place: u32::from_le_bytes(take(&mut data)),
        }
    }

    fn lottery(&self) -> Result<Lottery, LotteryError> {
        match self.scheme {
            SeatScheme::FaitAccompli => Lottery::with_split(self.expected, self.total, self.split),
            scheme => Lottery::new(scheme, self.expected, self.total),
        }
    }

    fn has_lottery(&self) -> bool {
        let Split { permanent, rest } = self.split;
        let draws = |others| u64::from(others) < rest && rest <= self.total;
        let is_split = self
            .expected
            .checked_sub(permanent)
            .is_some_and(|others| others > 0 && draws(others))
            && self.total - rest >= u64::from(permanent)
            && (self.total == rest) == (permanent == 0);
        (1..=MAX_EXPECTED).contains(&self.expected)
            && (1..=MAX_TOTAL).contains(&self.total)
            && (self.scheme != SeatScheme::FaitAccompli || is_split)
    }

    fn holder(&self) -> Holder {
        match self.scheme {
            SeatScheme::FaitAccompli => Holder::at(self.place, self.stake),
            _ => self.stake.into(),
        }
    }

    /// The most that this holder's stake can be.
    fn limit(&self) -> u64 {
        if self.scheme == SeatScheme::FaitAccompli && self.place > self.split.permanent {
            self.split.rest
        } else {
            self.total
        }
    }

    /// The answer, the question being in the domain.
    fn seats(&self) -> Seats {
        let (lottery, holder) = (self.lottery().expect("in the domain"), self.holder());
        let draw = Draw::from_bytes(self.draw);
        let seats = lottery.seats(&draw, holder).expect("in the domain");
        assert_eq!(lottery.guaranteed(holder), Ok(seats.guaranteed));
        assert!(
            seats.drawn == 0 || lottery.draws(holder),
            "drew what cannot be drawn"
        );
        assert!(lottery.weight(&seats) < 1 << 127, "more weight than there is");
        seats
    }
}

fn take<const N: usize>(data: &mut &[u8]) -> [u8; N] {
    let (head, rest) = data.split_at(N.min(data.len()));
    *data = rest;
    let mut bytes = [0; N];
    bytes[..head.len()].copy_from_slice(head);
    bytes
}

/// Checks the question; whether it is in the domain.
pub(crate) fn run(data: &[u8]) -> bool {
    let asked = Question::read(data);
    let lottery = asked.lottery();
    assert_eq!(lottery.is_ok(), asked.has_lottery(), "another domain");
    let Ok(lottery) = lottery else {
        return false;
    };
    if let Some(refused) = refusal(&asked) {
        let (draw, holder) = (Draw::from_bytes(asked.draw), asked.holder());
        assert_eq!(lottery.seats(&draw, holder), Err(refused));
        assert_eq!(lottery.guaranteed(holder), Err(refused));
        assert_eq!(lottery.ladder(holder), Err(refused));
        return false;
    }
    let all = u64::from(asked.expected) >= asked.total;
    assert_eq!(
        lottery.scheme() == SeatScheme::Full,
        all || asked.scheme == SeatScheme::Full
    );
    let seats = asked.seats();
    bounds(&lottery, &asked, seats);
    // A binomial walk takes a step for each seat: five long ones would leave little time for other inputs.
    let mean = u128::from(asked.expected) * u128::from(asked.stake) / u128::from(asked.total);
    if mean > 4096 && lottery.scheme() != SeatScheme::Quota {
        return true;
    }
    let ladder = lottery.ladder(asked.holder()).expect("in the domain");
    let prepared = ladder.seats(&Draw::from_bytes(asked.draw));
    assert_eq!(prepared, Ok(seats), "prepared, it differs");
    moves(&lottery, &asked, seats);
    true
}

fn refusal(asked: &Question) -> Option<LotteryError> {
    if asked.scheme == SeatScheme::FaitAccompli && asked.place == 0 {
        return Some(LotteryError::NeedsPlace);
    }
    let (stake, total) = (asked.stake, asked.limit());
    (stake > total).then_some(LotteryError::Stake { stake, total })
}

fn bounds(lottery: &Lottery, asked: &Question, seats: Seats) {
    let product = u128::from(asked.expected) * u128::from(asked.stake);
    let total = u128::from(asked.total);
    match lottery.scheme() {
        SeatScheme::Quota => {
            assert_eq!(u128::from(seats.guaranteed), product / total);
            assert!(u128::from(seats.drawn) <= u128::from(product % total > 0));
        }
        SeatScheme::FaitAccompli if asked.place <= asked.split.permanent => {
            assert_eq!((seats.guaranteed, seats.drawn), (asked.stake, 0));
        }
        SeatScheme::Binomial | SeatScheme::FaitAccompli => {
            assert_eq!(seats.guaranteed, 0);
            assert!(seats.drawn <= asked.stake, "more seats than stake");
        }
        SeatScheme::Full => assert_eq!((seats.guaranteed, seats.drawn), (asked.stake, 0)),
    }
}

fn moves(lottery: &Lottery, asked: &Question, seats: Seats) {
    let stake = asked.stake.saturating_add(1).min(asked.limit());
    let more = Question { stake, ..*asked };
    assert!(
        more.seats().total() >= seats.total(),
        "fewer seats for more stake"
    );
    let expected = asked.expected + 1;
    let more = Question { expected, ..*asked };
    let stays = more.lottery().is_ok_and(|more| more.scheme() == lottery.scheme());
    if stays {
        assert!(
            more.seats().total() >= seats.total(),
            "fewer seats where more are expected"
        );
    }
    let draw = next(asked.draw);
    let after = Question { draw, ..*asked }.seats();
    // Going round at the top, the next draw is the lower one.
    let (low, high) = if draw > asked.draw {
        (seats, after)
    } else {
        (after, seats)
    };
    match lottery.scheme() {
        SeatScheme::Quota => assert!(low.drawn >= high.drawn, "a higher draw won"),
        _ => assert!(low.drawn <= high.drawn, "a higher draw lost"),
    }
}

fn next(mut draw: [u8; 32]) -> [u8; 32] {
    for byte in draw.iter_mut().rev() {
        *byte = byte.wrapping_add(1);
        if *byte != 0 {
            break;
        }
    }
    draw
}
