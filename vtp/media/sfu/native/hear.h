/* What a subscriber tells of arrivals: `Path.heard` of the estimator, as it nearly always is. */
#ifndef VTP_HEAR
#define VTP_HEAR
#include "objects.h"

/* The limits of `vtp.media.rtp.owd`, told once by `setup`. */
static double TICK, RATE_SPAN, SHORTEST, LOSS_SPAN, QUEUE, QUEUE_WITH_LOSS, LOSS_WITH_QUEUE, LOSS;
static double SHOCK_LOSS, SHOCK_QUEUE;
static int LOSS_LEAST, STREAK, SHOCK_LEAST;
static const long long WRAP = 1LL << 32;

typedef struct {
    long long first, told, received, last, ticks;
} Summary;

static int bits(unsigned value) {
    int count = 0;
    for (; value; value &= value - 1) count++;
    return count;
}

static int lowest(unsigned value) { /* place of the lowest bit that is set, from 1 on */
    int place = 1;
    if (!value) return 0;
    for (; !(value & 1); value >>= 1) place++;
    return place;
}

/* `feedback.summary`; 1: read, 0: nothing came or it is malformed, -1: not plain. */
static int summary(const unsigned char *body, Py_ssize_t size, Summary *news) {
    int left, received = 0, last = -1, place = 0;
    Py_ssize_t at = 8;
    if (size < 11) return 0;
    news->first = body[0] << 8 | body[1];
    news->told = left = body[2] << 8 | body[3];
    while (left > 0) {
        unsigned chunk, came;
        int here, count, from_end;
        if (at + 2 > size) return 0;
        chunk = (unsigned)body[at] << 8 | body[at + 1];
        at += 2;
        if (chunk < 0x8000) { /* a run */
            unsigned status = chunk >> 13;
            here = chunk & 0x1FFF;
            if (here > left) here = left;
            if (status > 2 || !here) return 0;
            if (status == 2) return -1;
            count = status ? here : 0;
            from_end = 1;
        } else if (chunk < 0xC000) { /* fourteen of one bit */
            here = left < 14 ? left : 14;
            came = (chunk & 0x3FFF) >> (14 - here);
            count = bits(came);
            from_end = lowest(came);
        } else { /* seven of two bits */
            here = left < 7 ? left : 7;
            came = (chunk & 0x3FFF) >> 2 * (7 - here);
            if (came >> 1 & 0x1555) return -1;
            count = bits(came);
            from_end = (lowest(came) + 1) >> 1;
        }
        if (count) {
            received += count;
            last = place + here - from_end;
        }
        place += here;
        left -= here;
    }
    if (!received || at + received > size) return 0;
    news->received = received;
    news->last = (news->first + last) & 0xFFFF;
    news->ticks = (long long)body[4] << 24 | body[5] << 16 | body[6] << 8;
    for (int n = 0; n < received; n++) news->ticks += body[at + n];
    news->ticks &= WRAP - 1;
    return 1;
}

typedef struct {
    const int64_t *ends, *cum;
    const double *at;
    long long before, newest, runs, found;
} Sent;

/* `Path._run_of`: which run it left with; -1 for what is not remembered. */
static long long run_of(const Sent *sent, long long ext) {
    long long oldest = sent->runs - RING + 1, run;
    if (oldest < 0) oldest = 0;
    if (!(sent->before < ext && ext <= sent->newest)) return -1;
    run = sent->found > oldest ? sent->found : oldest;
    while (sent->ends[run & (RING - 1)] < ext) run++;
    while (run > oldest && sent->ends[(run - 1) & (RING - 1)] >= ext) run--;
    return run > oldest || !oldest ? run : -1;
}

/* The bytes that had been sent with this packet: those of a run are taken to be of one size. -1 for
 * a run of none, which nobody makes. */
static long long bytes_with(const Sent *sent, long long run, long long ext) {
    int slot = (int)(run & (RING - 1)), prior = (int)((run - 1) & (RING - 1));
    long long end = run ? sent->ends[prior] : sent->before, cum = run ? sent->cum[prior] : 0;
    long long each;
    if (sent->ends[slot] == end) return -1;
    each = (sent->cum[slot] - cum) / (sent->ends[slot] - end);
    return sent->cum[slot] - (sent->ends[slot] - ext) * each;
}

static int append(PyObject *queue, PyObject *made) {
    int failed = made == NULL || call(queue, word_append, made);
    Py_XDECREF(made);
    return failed ? -1 : 0;
}

/* The real number at a place of the tuple at a place of a queue. */
static double within(PyObject *queue, Py_ssize_t place, Py_ssize_t part) {
    PyObject *one = PySequence_GetItem(queue, place);
    double found = -1.0;
    if (one == NULL) return found;
    if (PyTuple_CheckExact(one) && part < PyTuple_GET_SIZE(one))
        found = PyFloat_AsDouble(PyTuple_GET_ITEM(one, part));
    else
        PyErr_SetString(PyExc_TypeError, "this is no queue of an estimator");
    Py_DECREF(one);
    return found;
}

/* `Path._deliver` */
static int deliver(PyObject *path, long long cum, const Summary *news, double arrival) {
    PyObject *points = SLOT(path, history, _delivered_points);
    long long more = (cum - NUMBER(path, history, _last_cum)) * news->received;
    long long delivered = NUMBER(path, history, _delivered) + more / (news->told ? news->told : 1);
    double since, before;
    Py_ssize_t count = PySequence_Size(points);
    if (PyErr_Occurred() || PUT(path, history, _delivered, delivered)) return -1;
    if (count && arrival <= within(points, count - 1, 0)) return PyErr_Occurred() ? -1 : 0;
    if (append(points, Py_BuildValue("(dL)", arrival, delivered))) return -1;
    for (count++; count > 2 && within(points, 1, 0) < arrival - RATE_SPAN; count--)
        if (call(points, word_popleft, NULL)) return -1;
    since = within(points, 0, 0);
    before = within(points, 0, 1);
    if (PyErr_Occurred()) return -1;
    if (arrival <= since) return 0;
    since = arrival - since;
    return PUT_REAL(path, history, rate,
                    ((double)delivered - before) * 8 / (since > SHORTEST ? since : SHORTEST));
}

/* `Least.add` */
static double least_of(PyObject *least, double value, PyObject *now) {
    PyObject *kept = SLOT(least, least, _kept);
    double since = PyFloat_AS_DOUBLE(now) - REAL(least, least, _span);
    Py_ssize_t count = PySequence_Size(kept);
    for (; count > 0 && within(kept, count - 1, 1) >= value; count--)
        if (call(kept, word_pop, NULL)) return 0;
    if (PyErr_Occurred() || append(kept, Py_BuildValue("(Od)", now, value))) return 0;
    while (within(kept, 0, 0) < since)
        if (PyErr_Occurred() || call(kept, word_popleft, NULL)) return 0;
    return within(kept, 0, 1);
}

/* `Path._count_losses`; the share that is lost, -1 where that failed. */
static double count_losses(PyObject *path, const Summary *news, PyObject *now) {
    PyObject *sums = SLOT(path, history, _counted), *losses = SLOT(path, history, _losses);
    double since = PyFloat_AS_DOUBLE(now) - LOSS_SPAN;
    long long lost = news->told - news->received, told, missed;
    if (sums == NULL || !PyList_CheckExact(sums) || PyList_GET_SIZE(sums) != 2) {
        PyErr_SetString(PyExc_TypeError, "these are no sums of an estimator");
        return -1;
    }
    told = number(PyList_GET_ITEM(sums, 0)) + news->told;
    missed = number(PyList_GET_ITEM(sums, 1)) + lost;
    if (PyErr_Occurred() || append(losses, Py_BuildValue("(OLL)", now, news->told, lost)))
        return -1;
    while (within(losses, 0, 0) < since) {
        told -= (long long)within(losses, 0, 1);
        missed -= (long long)within(losses, 0, 2);
        if (PyErr_Occurred() || call(losses, word_popleft, NULL)) return -1;
    }
    if (PyList_SetItem(sums, 0, PyLong_FromLongLong(told)) ||
        PyList_SetItem(sums, 1, PyLong_FromLongLong(missed)))
        return -1;
    return told >= LOSS_LEAST ? (double)missed / (double)told : 0.0;
}

/* `Path._judge` */
static int judge(PyObject *path, double delay, const Summary *news, PyObject *now) {
    PyObject *delays = SLOT(path, history, _delays), *least = SLOT(path, history, _least);
    long long lost = news->told - news->received, streak;
    double queue, shortest, loss;
    if (least == NULL || !Py_IS_TYPE(least, least_class)) {
        PyErr_SetString(PyExc_TypeError, "this is no estimator");
        return -1;
    }
    queue = delay - least_of(least, delay, now);
    if (PyErr_Occurred() || append(delays, PyFloat_FromDouble(queue))) return -1;
    shortest = queue;
    for (Py_ssize_t n = PySequence_Size(delays) - 1; n >= 0; n--) {
        PyObject *one = PySequence_GetItem(delays, n);
        double value = real(one);
        Py_XDECREF(one);
        if (value <= shortest) shortest = value;
    }
    if (PyErr_Occurred() || PUT_REAL(path, history, queue, shortest)) return -1;
    loss = count_losses(path, news, now);
    if (loss < 0 && PyErr_Occurred()) return -1;
    streak = NUMBER(path, history, _streak);
    if (shortest > QUEUE || (loss > LOSS_WITH_QUEUE && shortest > QUEUE_WITH_LOSS) || loss > LOSS) {
        if (PUT(path, history, _streak, ++streak)) return -1;
        put_same(&SLOT(path, history, bad_at), now);
        if (streak >= STREAK) put_same(&SLOT(path, history, congested), Py_True);
    } else if (streak && PUT(path, history, _streak, 0))
        return -1;
    if (news->told >= SHOCK_LEAST && (double)lost > SHOCK_LOSS * (double)news->told &&
        queue > SHOCK_QUEUE) {
        put_same(&SLOT(path, history, bad_at), now);
        put_same(&SLOT(path, history, congested), Py_True);
    }
    return PyErr_Occurred() ? -1 : 0;
}

static int sent_of(PyObject *path, Sent *sent) {
    PyObject *ring = SLOT(path, history, _ring);
    if (ring == NULL || !PyByteArray_CheckExact(ring) || PyByteArray_GET_SIZE(ring) != 24 * RING)
        return 0;
    sent->ends = (const int64_t *)PyByteArray_AS_STRING(ring);
    sent->at = (const double *)(sent->ends + RING);
    sent->cum = sent->ends + 2 * RING;
    sent->before = NUMBER(path, history, _before);
    sent->newest = NUMBER(path, history, _newest);
    sent->runs = NUMBER(path, history, _runs);
    sent->found = NUMBER(path, history, _found);
    return PyErr_Occurred() ? -1 : 1;
}

/* 1: done, 0: not plain, -1: an error. */
static int heard(PyObject *path, const unsigned char *body, Py_ssize_t size, PyObject *now) {
    Summary news;
    Sent sent;
    long long ext, run, cum, clock, last;
    double sent_at, turn;
    int known = summary(body, size, &news);
    if (known < 1) return known + 1;
    if (SLOT(path, history, _burst) != Py_None) return 0;
    if ((known = sent_of(path, &sent)) < 1) return known;
    ext = sent.newest - ((sent.newest - news.last) & 0xFFFF);
    if ((run = run_of(&sent, ext)) < 0) return 1;
    if ((cum = bytes_with(&sent, run, ext)) < 0) return 0;
    last = NUMBER(path, history, _last);
    clock = NUMBER(path, history, _clock);
    if (PyErr_Occurred()) return -1;
    if (last >= 0) {
        long long twice = (last - news.first + 1) & 0xFFFF;
        if (((news.last - last - 1) & 0xFFFF) >= 0x8000) return 1; /* older than what was heard */
        if (0 < twice && twice < 0x8000) return 0;                 /* it tells some of it again */
    }
    clock += ((news.ticks - clock + WRAP / 2) & (WRAP - 1)) - WRAP / 2;
    sent_at = sent.at[run & (RING - 1)];
    turn = PyFloat_AS_DOUBLE(now) - sent_at;
    if (PUT(path, history, _clock, clock) || deliver(path, cum, &news, (double)clock * TICK) ||
        PUT_REAL(path, history, _turn, turn > 0.0 ? turn : 0.0) ||
        PUT(path, history, _last, news.last) || PUT(path, history, _last_cum, cum) ||
        PUT(path, history, _found, run))
        return -1;
    if (ext != sent.newest)
        put_same(&SLOT(path, history, _waiting), now);
    else if (PUT_REAL(path, history, _waiting, -1.0))
        return -1;
    put_same(&SLOT(path, history, heard_any), Py_True);
    if (PyFloat_AS_DOUBLE(now) < REAL(path, history, _deaf_until)) return PyErr_Occurred() ? -1 : 1;
    return judge(path, (double)clock * TICK - sent_at, &news, now) ? -1 : 1;
}

/* `Bandwidth.feedback` of a line: 1 done, 0 its own method is to do it, -1 an error. */
static int tell(PyObject *bandwidth, const unsigned char *body, Py_ssize_t size, PyObject *now) {
    PyObject *path;
    if (!Py_IS_TYPE(bandwidth, delay_class) ||
        (path = SLOT(bandwidth, delay, path)) == NULL || !Py_IS_TYPE(path, history_class))
        return 0;
    return heard(path, body, size, now);
}

static PyObject *hear(PyObject *Py_UNUSED(module), PyObject *const *arguments, Py_ssize_t count) {
    int done;
    if (count != 3 || protect == NULL || !PyBytes_CheckExact(arguments[1]) ||
        !PyFloat_CheckExact(arguments[2])) {
        PyErr_SetString(PyExc_TypeError, "hear(bandwidth, body: bytes, now: float)");
        return NULL;
    }
    done = tell(arguments[0], (const unsigned char *)PyBytes_AS_STRING(arguments[1]),
                PyBytes_GET_SIZE(arguments[1]), arguments[2]);
    if (done < 0) return NULL;
    if (done) Py_RETURN_NONE;
    return PyObject_VectorcallMethod(word_feedback, arguments, 3, NULL);
}

#endif
