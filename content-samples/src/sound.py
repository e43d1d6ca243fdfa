"""Sound tracks: soft tones composed with sox, small effects, a spoken line by espeak-ng, and one
pass to -16 LUFS with true peaks under -1.5 dB."""
import json
import os
import subprocess as sp

RATE = 48000


def sox(*a):
    sp.run(["sox", "-R", *map(str, a)], check=True, stderr=sp.DEVNULL)


def hz(n):
    """Semitones from A4 = 440 Hz."""
    return round(440 * 2 ** (n / 12), 2)


MOODS = {  # chords as semitones from A4, four beats each; tempo in beats a minute
    "calm": (84, [(3, 7, 10), (0, 3, 7), (-4, 0, 3), (-2, 2, 5)]),
    "dark": (76, [(0, 3, 7), (-4, 0, 3), (0, 3, 7), (-5, -1, 2)]),
    "bright": (96, [(0, 4, 7), (-3, 0, 4), (-7, -3, 0), (-5, -1, 2)]),
}


def music(tmp, mood, key, secs):
    bpm, chords = MOODS[mood]
    beat = 60 / bpm
    pads, plucks, basses = [], [], []
    n = int(secs / (4 * beat)) + 2
    for i, ch in enumerate(chords):
        p, b = f"{tmp}/pad{i}.wav", f"{tmp}/bass{i}.wav"
        tones = [x for c in ch for x in ("sine", hz(c + key - 12))] + ["triangle", hz(ch[0] + key - 12)]
        sox("-n", "-r", RATE, "-c", 1, p, "synth", 4 * beat, *tones, "remix", "1-4", "fade", "q", .35 * beat, 4 * beat, .35 * beat, "gain", "-n", -22)
        sox("-n", "-r", RATE, "-c", 1, b, "synth", 4 * beat, "sine", hz(ch[0] + key - 24), "fade", "q", .03, 4 * beat, 2.6 * beat, "gain", "-n", -25)
        arp = []
        for j, k in enumerate((0, 1, 2, 1, 2, 1, 0, 1)):
            q = f"{tmp}/pl{i}_{j}.wav"
            sox("-n", "-r", RATE, "-c", 1, q, "synth", .5 * beat, "pluck", hz(ch[k] + key + (12 if j == 4 else 0)), "fade", "l", 0, .5 * beat, .12, "gain", "-n", -12 if j % 4 == 0 else -16)
            arp.append(q)
        pads.append(p)
        basses.append(b)
        plucks.append(arp)
    order = [i % len(chords) for i in range(n)]
    sox(*[pads[i] for i in order], f"{tmp}/pad.wav")
    sox(*[basses[i] for i in order], f"{tmp}/bass.wav")
    sox(*[q for i in order for q in plucks[i]], f"{tmp}/arp.wav")
    sox("-m", "-v", 1, f"{tmp}/pad.wav", "-v", 1, f"{tmp}/bass.wav", "-v", 1, f"{tmp}/arp.wav", "-c", 2, f"{tmp}/music.wav",
        "lowpass", 5200, "reverb", 34, 40, 80, "trim", 0, secs, "fade", "q", .6, secs, 1.4)
    return f"{tmp}/music.wav"


FX = {
    "pop": ["synth", .12, "sine", "520-980", "fade", "q", .005, .12, .08, "gain", "-n", -13],
    "low": ["synth", .5, "sine", 165, "sine", 156, "remix", "1-2", "fade", "q", .01, .5, .4, "gain", "-n", -11],
    "coin": ["synth", .45, "sine", 1568, "sine", 2093, "remix", "1-2", "fade", "l", .002, .45, .42, "gain", "-n", -17],
    "hit": ["synth", .8, "sine", "150-48", "fade", "q", .003, .8, .7, "gain", "-n", -13],
    "ding": ["synth", .9, "sine", 1047, "sine", 1319, "remix", "1-2", "fade", "l", .003, .9, .85, "gain", "-n", -15],
    "bell": ["synth", 1.8, "sine", 784, "sine", 1175, "sine", 1568, "remix", "1-3", "fade", "l", .004, 1.8, 1.7, "gain", "-n", -12],
    "ring": ["synth", 1.1, "sine", 880, "sine", 988, "remix", "1-2", "tremolo", 18, 80, "fade", "q", .02, 1.1, .2, "gain", "-n", -15],
    "swish": ["synth", .7, "pinknoise", "lowpass", 2600, "highpass", 300, "fade", "q", .3, .7, .35, "gain", "-n", -16],
}


def speak(text, wav, tmp):
    raw = f"{tmp}/raw.wav"
    sp.run(["espeak-ng", "-b", "1", "-v", "cmn-latn-pinyin", "-s", "160", "-p", "40", "-a", "150", "-w", raw, text], check=True)
    sox(raw, "-r", RATE, "-c", 1, wav, "highpass", 110, "equalizer", 2800, "1.2q", 3, "lowpass", 7500, "reverb", 12, "gain", "-n", -3)


def track(film, tmp):
    secs = film.length
    ins, lab, graph = ["-i", music(tmp, film.mood, film.key, secs)], [], []
    k = 1
    for name, t in film.cues:
        w = f"{tmp}/fx_{name}.wav"
        if not os.path.exists(w):
            sox("-n", "-r", RATE, "-c", 1, w, *FX[name])
        ins += ["-i", w]
        graph.append(f"[{k}]aformat=channel_layouts=stereo,adelay={int(t * 1000)}:all=1[m{k}]")
        lab.append(f"[m{k}]")
        k += 1
    duck = []
    for i, (text, t) in enumerate(film.voice):
        w = f"{tmp}/v{i}.wav"
        speak(text, w, tmp)
        d = float(sp.run(["soxi", "-D", w], check=True, capture_output=True, text=True).stdout)
        if t + d > secs - .2:
            raise SystemExit(f"{film.name}: {text} lasts {d:.1f} s, too long from {t:.1f}")
        duck.append((t - .15, t + d))
        ins += ["-i", w]
        graph.append(f"[{k}]aformat=channel_layouts=stereo,volume=0.8,adelay={int(t * 1000)}:all=1[m{k}]")
        lab.append(f"[m{k}]")
        k += 1
    expr = "+".join(f"min(clip((t-{a:.2f})/0.25,0,1),clip(({b + .4:.2f}-t)/0.4,0,1))" for a, b in duck) or "0"
    graph.insert(0, f"[0]volume='1-0.6*min(1,{expr})':eval=frame[m0]")
    mix = f"[m0]{''.join(lab)}amix=inputs={k}:normalize=0:duration=first,apad,atrim=0:{secs:.3f}"
    pre = f"{tmp}/pre.wav"
    sp.run(["ffmpeg", "-v", "error", "-y", *ins, "-filter_complex", ";".join(graph) + ";" + mix + "[o]", "-map", "[o]", "-ar", str(RATE), "-c:a", "pcm_f32le", pre], check=True)

    def measure(path, af="anull"):
        r = sp.run(["ffmpeg", "-hide_banner", "-nostats", "-i", path, "-af", af + ",loudnorm=I=-16:TP=-1.5:LRA=11:print_format=json", "-f", "null", "-"], check=True, capture_output=True, text=True).stderr
        return json.loads(r[r.rindex("{"):])
    # plain gain, then a limiter that only touches the few peaks above; measured again once
    gain = -16 - float(measure(pre)["input_i"])
    for _ in range(2):
        af = f"volume={gain:.2f}dB,alimiter=limit=0.76:attack=4:release=60:level=0"
        gain += -16 - float(measure(pre, af)["input_i"])
    af = f"volume={gain:.2f}dB,alimiter=limit=0.76:attack=4:release=60:level=0"
    res = f"{tmp}/track.wav"
    sp.run(["ffmpeg", "-v", "error", "-y", "-i", pre, "-af", af, "-ar", str(RATE), "-c:a", "pcm_s16le", res], check=True)
    return res
