//! What holds for any draw in any lottery.
//!
//! Nothing panics; the domain is what it is said to be; seats keep to the scheme's bounds; and they never fall when
//! stake or expected seats rise, nor go the wrong way when the draw moves.

use klero_sampling::{Draw, Lottery, LotteryError, MAX_EXPECTED, MAX_TOTAL, SeatScheme, Seats};

/// One question to a lottery.
#[derive(Debug, Clone, Copy)]
struct Question {
    scheme: SeatScheme,
    expected: u32,
    total: u64,
    stake: u64,
    draw: [u8; 32],
}

impl Question {
    /// The bytes' meaning: scheme, expected seats (4 bytes), total, stake (8 each), draw (32). Missing ones are zero.
    fn read(mut data: &[u8]) -> Self {
        let scheme = match take::<1>(&mut data)[0] % 3 {
            0 => SeatScheme::Quota,
            1 => SeatScheme::Binomial,
            _ => SeatScheme::Full,
        };
        Self {
            scheme,
            expected: u32::from_le_bytes(take(&mut data)),
            total: u64::from_le_bytes(take(&mut data)),
            stake: u64::from_le_bytes(take(&mut data)),
            draw: take(&mut data),
        }
    }

    /// The answer, the question being in the domain.
    fn seats(&self) -> Seats {
        let lottery = Lottery::new(self.scheme, self.expected, self.total).expect("in the domain");
        let seats = lottery
            .seats(&Draw::from_bytes(self.draw), self.stake)
            .expect("in the domain");
        assert_eq!(lottery.guaranteed(self.stake), Ok(seats.guaranteed));
        assert!(
            seats.drawn == 0 || lottery.draws(self.stake),
            "drew what cannot be drawn"
        );
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
    let lottery = Lottery::new(asked.scheme, asked.expected, asked.total);
    let expected_fits = (1..=MAX_EXPECTED).contains(&asked.expected);
    let total_fits = (1..=MAX_TOTAL).contains(&asked.total);
    assert_eq!(lottery.is_ok(), expected_fits && total_fits, "another domain");
    let Ok(lottery) = lottery else {
        return false;
    };
    if asked.stake > asked.total {
        let refused = LotteryError::Stake {
            stake: asked.stake,
            total: asked.total,
        };
        let draw = Draw::from_bytes(asked.draw);
        assert_eq!(lottery.seats(&draw, asked.stake), Err(refused));
        assert_eq!(lottery.guaranteed(asked.stake), Err(refused));
        return false;
    }
    let scheme = lottery.scheme();
    let all = u64::from(asked.expected) >= asked.total;
    assert_eq!(
        scheme == SeatScheme::Full,
        all || asked.scheme == SeatScheme::Full
    );
    let seats = asked.seats();
    bounds(scheme, &asked, seats);
    moves(scheme, &asked, seats);
    true
}

fn bounds(scheme: SeatScheme, asked: &Question, seats: Seats) {
    let product = u128::from(asked.expected) * u128::from(asked.stake);
    let total = u128::from(asked.total);
    match scheme {
        SeatScheme::Quota => {
            assert_eq!(u128::from(seats.guaranteed), product / total);
            assert!(u128::from(seats.drawn) <= u128::from(product % total > 0));
        }
        SeatScheme::Binomial => {
            assert_eq!(seats.guaranteed, 0);
            assert!(seats.drawn <= asked.stake, "more seats than stake");
        }
        SeatScheme::Full => assert_eq!((seats.guaranteed, seats.drawn), (asked.stake, 0)),
    }
}

fn moves(scheme: SeatScheme, asked: &Question, seats: Seats) {
    let more = Question {
        stake: asked.stake.saturating_add(1).min(asked.total),
        ..*asked
    };
    assert!(
        more.seats().total() >= seats.total(),
        "fewer seats for more stake"
    );
    if scheme == SeatScheme::Full {
        return;
    }
    if u64::from(asked.expected) + 1 < asked.total && asked.expected < MAX_EXPECTED {
        let more = Question {
            expected: asked.expected + 1,
            ..*asked
        };
        assert!(
            more.seats().total() >= seats.total(),
            "fewer seats where more are expected"
        );
    }
    let mut draw = asked.draw;
    // One above, going round at the top; whichever of the two is lower is compared as such.
    for byte in draw.iter_mut().rev() {
        *byte = byte.wrapping_add(1);
        if *byte != 0 {
            break;
        }
    }
    let next = Question { draw, ..*asked }.seats();
    let (low, high) = if draw > asked.draw {
        (seats, next)
    } else {
        (next, seats)
    };
    match scheme {
        SeatScheme::Quota => assert!(low.drawn >= high.drawn, "a higher draw won"),
        _ => assert!(low.drawn <= high.drawn, "a higher draw lost"),
    }
}
