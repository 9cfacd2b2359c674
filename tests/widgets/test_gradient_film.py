"""The film tells what was recorded, at every frame, in a state that stays small."""

import json
import zlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from ipywidgets.embed import dependency_state, embed_data
from traitlets import TraitError

from backproplab.plots.style import SIGNED
from backproplab.plots.words import number
from backproplab.training import History
from backproplab.training.recorder import Series
from backproplab.widgets import GradientFilm
from backproplab.widgets.gradient_film.curves import Scale, nearest, thinned
from backproplab.widgets.gradient_film.digits import INFINITE, NAN, to_places
from backproplab.widgets.gradient_film.maps import palette
from backproplab.widgets.gradient_film.worst import probability

LABELS = ("dense1.weights[406, 3]", "dense1.weights[0, 7]")
MOMENTS = [1, 10, 100, 1000]


def history(**records):
    return History(np.array([]), np.array([]), np.array([]), records, 1000, "")


def maps(moments=MOMENTS, units=(3, 7), pixels=784, seed=0):
    values = np.random.default_rng(seed).normal(size=(len(moments), len(units), pixels)).astype(np.float32)
    return Series(np.array(moments), values, tuple(f"unit {unit}" for unit in units))


def curve(steps=range(1, 1001), lines=(), seed=0):
    shape = (len(steps), len(lines)) if lines else (len(steps),)
    values = np.random.default_rng(seed).uniform(0.1, 1, size=shape)
    return Series(np.array(steps), values, tuple(lines))


def worst(moments=MOMENTS, count=4, seed=3):
    """Rows of 50 pictures, as WorstExamples records them."""
    rng = np.random.default_rng(seed)
    values = np.array(
        [
            [rng.permutation(50)[:count], *rng.integers(10, size=(2, count)), *rng.uniform(size=(2, count))]
            for _ in moments
        ]
    )
    return Series(np.array(moments), values, ("row", "label", "read", "probability", "loss"))


PICTURES = np.random.default_rng(4).uniform(size=(50, 784))


def decoded(film, kind):
    """The numbers of a kind of map, (frames, units, pixels), as numbers.js decodes them."""
    told = film.film["maps"][kind]
    shape = (len(film.steps), len(told["units"]), 784)
    count = int(np.prod(shape))
    start, first = told["start"], 10 ** (told["digits"] - 1)
    planes = np.frombuffer(zlib.decompress(film.numbers), np.uint8)[start : start + 2 * count].reshape(2, -1)
    places = planes.T.copy().view("<i2").reshape(shape)
    if told["differences"]:
        places = np.cumsum(places, axis=0, dtype=np.int16)
    return np.array([value(place, told["lowest"], first) for place in places.flat]).reshape(shape)


def value(place, lowest, first):
    if place == 0:
        return 0.0
    power, rest = divmod(abs(int(place)) - 1, 9 * first)
    return float(f"{'-' * bool(place < 0)}{first + rest}e{lowest + power}")


def records():
    return {
        "gradient_maps": maps(),
        "weight_maps": maps(seed=1),
        "norms": curve([1, *range(20, 1001, 20)], ("dense1", "dense2")),
        "weights": curve(lines=LABELS),
        "gradients": curve(lines=LABELS, seed=1),
        "loss": curve(seed=2),
        "noise": curve(lines=("dense1",)),
    }


@pytest.fixture
def film():
    return GradientFilm(history(**records()))


def charts(film):
    return {chart["title"]: chart for chart in film.film["charts"]}


def saved_bytes(film):
    """What a notebook that is saved with its widgets holds of this one."""
    return len(json.dumps(embed_data(views=[film], state=dependency_state([film]))["manager_state"]))


class TestFrames:
    def test_a_frame_is_a_moment_at_which_maps_were_recorded(self, film):
        assert film.steps.tolist() == MOMENTS
        assert film.film["steps"] == ["1", "10", "100", "1,000"]

    def test_a_chart_reads_the_record_of_that_step(self, film):
        loss = records()["loss"].values[[0, 9, 99, 999]]
        read = [float(text) for text in charts(film)["Loss of the batch"]["lines"][0]["texts"]]
        assert read == pytest.approx(loss, rel=0.005)

    def test_a_chart_without_that_step_reads_the_nearest_and_names_it(self, film):
        first = charts(film)["Gradient norm"]["lines"][0]["texts"]
        assert first[1].endswith(" (step 1)")  # recorded at 1 and 20; the frame is 10
        assert "step" not in first[0] + first[2] + first[3]

    def test_without_maps_every_recorded_step_is_a_frame(self):
        film = GradientFilm(history(norms=curve([1, 5, 9], ("dense1",)), loss=curve([1, 2])))
        assert film.steps.tolist() == [1, 2, 5, 9]

    def test_of_very_many_moments_an_even_choice_is_kept_first_and_last_included(self):
        film = GradientFilm(history(gradient_maps=maps(range(1, 1001), pixels=16)), image_shape=(4, 4))
        assert len(film.steps) == 120
        assert film.steps[[0, -1]].tolist() == [1, 1000]
        assert set(np.diff(film.steps)) == {8, 9}

    def test_a_single_moment_is_a_film_too(self):
        film = GradientFilm(history(gradient_maps=maps([5]), loss=curve([5])))
        assert film.film["axes"]["linear"]["at"] == [0]

    @given(
        st.lists(st.integers(1, 50), min_size=1, unique=True).map(sorted),
        st.lists(st.integers(1, 60), min_size=1),
    )
    def test_nearest_is_nearest_and_the_earlier_of_two(self, steps, wanted):
        found = nearest(np.array(steps), np.array(wanted))
        for place, step in zip(found, wanted, strict=True):
            assert steps[place] == min(steps, key=lambda one: (abs(one - step), one))


class TestMaps:
    @pytest.mark.parametrize(("kind", "name", "digits"), [(0, "gradient_maps", 2), (1, "weight_maps", 3)])
    def test_what_is_written_of_any_weight_is_what_was_recorded(self, film, kind, name, digits):
        assert film.film["maps"][kind]["digits"] == digits
        shown, given = decoded(film, kind), records()[name].values.astype(float)
        assert [number(one, digits) for one in shown.flat] == [number(one, digits) for one in given.flat]

    @given(st.lists(st.floats(1e-12, 1e6) | st.floats(-1e6, -1e-12) | st.just(0.0), min_size=1))
    def test_places_keep_three_digits_as_python_rounds_them(self, numbers):
        places, lowest = to_places(numbers, 3)
        assert [value(place, lowest, 100) for place in places] == [float(f"{one:.2e}") for one in numbers]

    def test_what_is_no_number_has_a_place_of_its_own_and_the_very_small_that_of_zero(self):
        places, _ = to_places([np.nan, np.inf, -np.inf, 1.0, 1e-33, 1e-40], 3)
        assert places[:3].tolist() == [NAN, INFINITE, -INFINITE]
        assert places[4:].tolist() == [901, 0]  # 35 powers of ten have places

    def test_weights_follow_gradients_where_the_page_is_told(self, film):
        kinds = film.film["maps"]
        assert [kind["start"] for kind in kinds] == [0, len(zlib.decompress(film.numbers)) // 2]
        assert [kind["title"] for kind in kinds] == ["Gradient ∂L/∂w", "Weight w"]

    def test_wider_scales_cover_a_unit_over_the_film_and_all(self, film):
        scales = film.film["maps"][0]["scales"]
        sizes = np.abs(records()["gradient_maps"].values).max(axis=2)
        assert scales["row"]["reach"] == [pytest.approx(sizes.max(axis=0))]
        assert scales["shared"]["reach"] == [pytest.approx([sizes.max()] * 2)]
        assert scales["map"]["texts"][0][0] == f"±{sizes[0, 0]:.1f}"

    def test_white_is_zero_and_the_ends_are_those_of_the_pictures(self):
        colours = np.frombuffer(palette(), np.uint8).reshape(256, 3)
        assert colours[128].tolist() == [255, 255, 255]
        assert colours[1].tolist() == list(SIGNED(0.0, bytes=True)[:3])
        assert colours[255].tolist() == list(SIGNED(1.0, bytes=True)[:3])

    def test_a_map_whose_numbers_broke_says_so(self):
        broken = maps()
        broken.values[1, 0] = np.nan
        broken.values[2, 1, 5] = np.inf
        scales = GradientFilm(history(gradient_maps=broken)).film["maps"][0]["scales"]
        texts = scales["map"]["texts"]
        assert texts[1][0] == "±0, not all finite"
        assert texts[2][1] == "±∞, not all finite"
        assert [text.endswith("finite") for row in (texts[0], texts[3]) for text in row] == [False] * 4
        assert [text.endswith("finite") for text in scales["row"]["texts"][0]] == [True, True]

    def test_a_traced_weight_is_found_in_the_map_of_its_unit(self, film):
        assert film.film["traces"] == [
            {"label": LABELS[0], "unit": "unit 3", "pixel": 406},
            {"label": LABELS[1], "unit": "unit 7", "pixel": 0},
        ]

    def test_a_weight_of_another_layer_is_in_no_map(self):
        traced = curve(lines=("dense2.weights[40, 3]", "dense1.weights[5, 99]"))
        film = GradientFilm(history(gradient_maps=maps(), weights=traced))
        assert [trace["pixel"] for trace in film.film["traces"]] == [None, None]


class TestWorst:
    @pytest.fixture
    def film(self):
        return GradientFilm(history(**records(), worst=worst()), pictures=PICTURES)

    def test_each_stands_at_its_frame_with_its_own_picture(self, film):
        pictures = np.frombuffer(zlib.decompress(film.pictures), np.uint8).reshape(-1, 784)
        for shown, recorded in zip(film.film["worst"]["frames"], worst().values, strict=True):
            for (place, label, read, p, loss), (row, *others) in zip(shown, recorded.T, strict=True):
                np.testing.assert_allclose(pictures[place] / 15, PICTURES[int(row)], atol=0.51 / 15)
                assert [label, read, p, loss] == [*others[:2], probability(others[2]), number(others[3], 3)]

    def test_a_picture_is_sent_once_however_often_it_is_shown(self):
        again = worst()
        again.values[1:] = again.values[0]
        film = GradientFilm(history(**records(), worst=again), pictures=PICTURES)
        assert len(zlib.decompress(film.pictures)) == 4 * 784

    def test_of_a_smaller_batch_fewer_are_shown(self):
        few = worst()
        few.values[2, :, 1:] = np.nan
        film = GradientFilm(history(**records(), worst=few), pictures=PICTURES)
        assert [len(those) for those in film.film["worst"]["frames"]] == [4, 4, 1, 4]

    def test_those_of_another_step_say_so(self):
        film = GradientFilm(history(**records(), worst=worst([1, 12, 100, 1000])), pictures=PICTURES)
        assert film.film["worst"]["notes"] == ["", "step 12", "", ""]

    def test_no_rounding_makes_a_certainty(self):
        assert [probability(p) for p in (0.004, 0.9999, 1.0)] == ["0.00", "0.9999", "1"]

    def test_still_they_stand_in_words_and_in_pictures(self, film):
        still = film.static()
        assert "The largest losses of the batch at step 1: 4 handwritten digits: " in still.plain
        misread = [
            f"{int(label)} as {int(read)}" for label, read in worst().values[0, 1:3].T if label != read
        ]
        assert misread[0] in still.plain
        assert still.html.count("<img") == 3
        assert "at step 1,000:" in still.plain

    @pytest.mark.parametrize(
        ("pictures", "words"),
        [
            (None, r"hand over their pictures too, as in GradientFilm\(history, pictures=x\)"),
            (PICTURES[:10], r"row \d+ is among the worst, and there are 10 pictures"),
            (PICTURES[:, :100], r"expected pictures of 28 × 28 pixels, got \(50, 100\)"),
        ],
    )
    def test_pictures_that_are_not_theirs_are_refused(self, pictures, words):
        with pytest.raises(ValueError, match=words):
            GradientFilm(history(**records(), worst=worst()), pictures=pictures)

    def test_pictures_without_a_record_of_which_are_refused(self):
        with pytest.raises(ValueError, match="there are pictures, and no record of which to show"):
            GradientFilm(history(**records()), pictures=PICTURES)


class TestCurves:
    @given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=300), st.integers(1, 40))
    def test_thinning_keeps_every_columns_extremes(self, heights, columns):
        y = np.array(heights)
        x = np.linspace(0, 1, len(y))
        kept = thinned(x, y, columns)
        assert len(kept) <= 2 * columns + 2
        column = np.minimum((x * columns).astype(int), columns - 1)
        for one in np.unique(column):
            inside = kept[column[kept] == one]
            assert y[inside].max() == y[column == one].max()
            assert y[inside].min() == y[column == one].min()

    def test_ticks_are_round_numbers_within_the_axis(self):
        assert Scale(0, 3.3).ticks(3) == [(0, "0"), (pytest.approx(60.61), "2")]
        assert [text for _, text in Scale(-0.016, 0.016).ticks(3)] == ["−0.01", "0", "0.01"]
        assert [text for _, text in Scale(0.3, 0.9, log=True).ticks(3)] == ["0.5"]
        assert [text for _, text in Scale(1e-9, 1.0, log=True).ticks(3)] == ["1e−09", "1e−06", "0.001", "1"]

    def test_only_those_records_have_a_chart_that_there_are(self):
        film = GradientFilm(history(gradient_maps=maps(), loss=curve()))
        assert list(charts(film)) == ["Loss of the batch"]
        assert film.film["traces"] == []

    def test_steps_are_logarithmic_where_the_moments_are(self, film):
        assert film.axis == "log"
        assert GradientFilm(history(gradient_maps=maps(range(10, 110, 10)))).axis == "linear"

    def test_a_run_that_diverged_can_be_seen(self):
        loss = curve(range(1, 101))
        loss.values[50:] = np.nan
        film = GradientFilm(history(loss=loss, norms=Series(np.array([1]), np.zeros((1, 1)), ("dense1",))))
        line = charts(film)["Loss of the batch"]["lines"][0]
        assert line["texts"][-1] == "not a number"
        assert line["heights"][-1] is None

    def test_no_line_is_drawn_where_nothing_was_measured(self):
        norms = curve(range(1, 51), ("dense1",))
        norms.values[20:30] = 0  # no place on a logarithmic axis
        line = charts(GradientFilm(history(norms=norms)))["Gradient norm"]["lines"][0]
        places = [
            [int(point.split()[0]) for point in piece.split("L")]
            for piece in line["paths"]["linear"].split("M")[1:]
        ]
        assert len(places) == 2
        assert places[0][-1] == round(1000 * 19 / 49)  # step 20
        assert places[1][0] == round(1000 * 30 / 49)

    def test_a_norm_of_zero_is_read_as_0_at_the_foot(self):
        norms = curve(range(1, 6), ("dense1", "dense2"))
        norms.values[:, 0] = 0
        norms.values[2:, 1] = 0
        first, second = charts(GradientFilm(history(norms=norms)))["Gradient norm"]["lines"]
        assert (first["texts"], first["heights"]) == (["0"] * 5, [100] * 5)
        assert second["heights"][2:] == [100] * 3
        assert all(height < 100 for height in second["heights"][:2])


class TestNames:
    def test_records_may_bear_other_names(self):
        film = GradientFilm(history(first=maps(), mine=curve()), gradient_maps="first", loss="mine")
        assert [kind["title"] for kind in film.film["maps"]] == ["Gradient ∂L/∂w"]
        assert list(charts(film)) == ["Loss of the batch"]

    def test_a_name_that_is_not_there_is_refused_with_those_that_are(self):
        with pytest.raises(ValueError, match=r"norms='lengths' names no record .* there are loss and noise"):
            GradientFilm(history(loss=curve(), noise=curve()), norms="lengths")

    def test_nothing_to_film_is_refused(self):
        with pytest.raises(ValueError, match="nothing to make a film of among the records"):
            GradientFilm(history(weights=curve(lines=LABELS)))

    def test_traces_of_different_weights_are_refused(self):
        with pytest.raises(ValueError, match="record the same for both"):
            GradientFilm(
                history(loss=curve(), weights=curve(lines=LABELS), gradients=curve(lines=LABELS[:1]))
            )

    def test_maps_of_a_later_layer_are_refused(self):
        with pytest.raises(ValueError, match="each map has 128 weights, which are no picture of 28 × 28"):
            GradientFilm(history(weight_maps=maps(pixels=128)))

    def test_traces_are_no_maps(self):
        with pytest.raises(ValueError, match=r"expected maps of shape \(moments, units, pixels\)"):
            GradientFilm(history(norms=curve(lines=LABELS)), gradient_maps="norms")

    @pytest.mark.parametrize("wrong", [[0], [2, 5], [0, 784], [-1, 3], [0, 1, 2]])
    def test_a_pixel_of_no_map_is_refused(self, film, wrong):
        with pytest.raises(TraitError, match=r"is no pixel of a map; give \[unit, pixel\]"):
            film.picked = wrong

    @pytest.mark.parametrize("wrong", [{"frame": 4}, {"frame": -1}, {"weight": 2}, {"units": [0, 2]}])
    def test_what_the_film_does_not_hold_is_refused(self, film, wrong):
        for name, value in wrong.items():
            with pytest.raises(TraitError, match=rf"{name}=.* counted from 0; choose from 0 to"):
                setattr(film, name, value)


class TestSize:
    def test_a_saved_film_stays_below_its_limit(self):
        moments, units = range(1, 60), range(5)
        given = {**records(), "gradient_maps": maps(moments, units), "weight_maps": maps(moments, units)}
        film = GradientFilm(history(**given))
        assert 400_000 < saved_bytes(film) < 1_250_000  # of noise, which nothing compresses

    def test_more_units_get_fewer_frames(self):
        film = GradientFilm(history(gradient_maps=maps(range(1, 60), range(40))))
        assert len(film.steps) == 14
        assert saved_bytes(film) < 1_250_000

    def test_too_many_units_are_refused(self):
        with pytest.raises(ValueError, match="record the maps of fewer units"):
            GradientFilm(history(gradient_maps=maps(range(1, 60), range(128))))

    def test_too_many_traces_are_refused(self, monkeypatch):
        monkeypatch.setattr("backproplab.widgets.gradient_film.widget.MOST_STATE", 50_000)
        few = curve(range(1, 200), [f"dense1.weights[{pixel}, 0]" for pixel in range(8)])
        GradientFilm(history(loss=curve(), weights=few, gradients=few))
        many = curve(range(1, 200), [f"dense1.weights[{pixel}, 0]" for pixel in range(100)])
        with pytest.raises(ValueError, match="trace fewer weights"):
            GradientFilm(history(loss=curve(), weights=many, gradients=many))


class TestStill:
    def test_a_strip_of_maps_in_the_authors_words(self):
        still = GradientFilm(history(gradient_maps=maps()), alt="Strokes of\nmany digits.").static()
        assert still.plain == "Strokes of many digits."
        assert 'alt="Strokes of many digits."' in still.html

    def test_else_in_words_that_hold_on_every_machine(self, film):
        assert film.static().plain == (
            "Maps of ∂L/∂w for unit 3 and unit 7 at 4 of 4 moments between step 1 and step 1,000; blue is "
            "negative, white zero, vermillion positive."
        )

    def test_without_maps_the_norms_or_the_loss(self):
        norms = GradientFilm(history(norms=curve(lines=("dense1", "dense2")), loss=curve())).static()
        assert norms.plain.startswith("Gradient norm of dense1 and dense2 between step 1 and step 1,000")
        assert GradientFilm(history(loss=curve())).static().plain.startswith("Loss of the batch between")
