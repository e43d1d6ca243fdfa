"""The judge of deploy/demo --check sees what it is there to see. Usage: judge_test.py TREE"""
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(sys.argv[1]) / "deploy/lib"))
import judge  # noqa: E402

CELLS = judge.GRID_W * judge.GRID_H
HEIGHT = 1080


def grid(base, **cells):
    out = bytearray([base] * CELLS)
    for name, value in cells.items():
        out[int(name[1:])] = value
    return bytes(out)


def frame(n, play, shown, crc, luma=None):
    return judge.Frame(1000 + n * 33, n * 33_000_000, play, sum(shown) // CELLS if luma is None else luma, crc, shown, HEIGHT)


def references():
    refs = judge.References()
    refs.add("film", [(f"crc{n}", grid(60 + n)) for n in range(10)])
    refs.add("poster", [("poster", grid(200))])
    refs.add("night", [("night", grid(16))])
    return refs


class Judge(unittest.TestCase):
    def of(self, *frames):
        return judge.judge(list(frames), references(), HEIGHT)

    def test_approved_frames_are_known_by_crc_or_by_grid(self):
        seen = self.of(frame(0, "p1", grid(60), "crc0"), frame(1, "p2", grid(200 - judge.TOLERANCE), "x"))
        self.assertEqual((seen["unapproved_frames"], seen["plays"]), (0, {"p1": "film", "p2": "poster"}))

    def test_one_area_that_differs_is_unapproved(self):
        self.assertEqual(self.of(frame(0, "p", grid(200, c77=200 - judge.TOLERANCE - 1), "x"))["unapproved_frames"], 1)

    def test_a_picture_nobody_approved_is_unapproved_with_and_without_a_play(self):
        strange = bytes((n * 37) % 255 for n in range(CELLS))
        self.assertEqual(self.of(frame(0, "p", strange, "x"), frame(1, "", strange, "x"))["unapproved_frames"], 2)

    def test_the_label_is_not_believed(self):
        seen = self.of(*(frame(n, "says film", grid(200), "poster") for n in range(3)))
        self.assertEqual(seen["plays"], {"says film": "poster"})

    def test_a_fade_is_a_blend_of_two_approved_pictures_and_nothing_else(self):
        half = [frame(0, "p1", grid(60), "crc0"), frame(1, "p2", grid(130), "x")._replace(fade=500)]
        self.assertEqual(self.of(*half)["unapproved_frames"], 0)
        self.assertEqual(self.of(half[0], half[1]._replace(fade=0))["unapproved_frames"], 1, "the same picture without a fade")
        self.assertEqual(self.of(half[0], half[1]._replace(fade=900))["unapproved_frames"], 1, "another share than it says")
        self.assertEqual(self.of(half[1])["unapproved_frames"], 1, "out of nothing")

    def test_areas_that_do_not_fall_between_pixels_are_measured_as_the_tap_does(self):
        width, height = 34, 20  # areas of 2 or 3 columns, of 2 or 3 rows
        frame_bytes = bytearray(width * height * 3 // 2)
        for y in range(height):
            for x in range(width):
                frame_bytes[y * width + x] = 100 if x < 17 else 200
        cells = judge.grid_of(bytes(frame_bytes), width, height)
        self.assertEqual(len(cells), CELLS)
        self.assertEqual(set(cells[:8]) | set(cells[9:16]), {100, 200})
        self.assertEqual((cells[7], cells[8]), (100, 200))

    def test_black_counts_where_the_reference_is_not_black(self):
        self.assertEqual(self.of(frame(0, "p", grid(16), "x", luma=16))["black_frames"], 0)
        self.assertEqual(self.of(frame(0, "p", grid(60), "crc0", luma=16))["black_frames"], 1)
        strange = grid(16, c0=90)
        self.assertEqual(self.of(frame(0, "p", strange, "x", luma=16))["black_frames"], 1)

    def test_a_frame_left_out_is_lost_and_a_doubled_one_is_not(self):
        shown = [n for n in range(10) if n != 4]
        self.assertEqual(self.of(*(frame(n, "p", grid(60 + n), f"crc{n}") for n in shown))["lost_frames"], 1)
        self.assertEqual(self.of(*(frame(n, "p", grid(60 + n // 2), f"crc{n // 2}") for n in range(20)))["lost_frames"], 0)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=1)
