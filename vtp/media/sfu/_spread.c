/* The loop over all who are sent a batch, as `Downlink.forward` does it for one, in C; and the
 * reading of what they tell of arrivals.
 *
 * It works on the objects of Python themselves: their slots are the only home of all numbers, and
 * where they lie is asked of the classes once. Whatever is not plain (a packet that came late, a
 * connection over TCP, a slab that is nearly full) is left to `forward` of the object, which is
 * also what this is tested against.
 */
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <structmember.h>
#include <stdint.h>
#include <string.h>

enum { MOST = 256, HEAD = 28, RING = 1024, SEGMENTS = 60, RUN = 60 * 1024, CONTROL = 24, TAGS = 64 };

/* Each is `X(class, slot)`; the offsets are those of the descriptors that the class made. */
#define SLOTS(X) \
    X(packet, ext) X(packet, ts) X(packet, marker) X(packet, third) X(packet, data) \
    X(packet, pid) X(packet, pid_at) X(packet, tl0) X(packet, tl0_at) \
    X(downlink, feed) X(downlink, continuity) X(downlink, ssrc) X(downlink, pt) \
    X(downlink, _abs) X(downlink, _twcc) X(downlink, _third) \
    X(downlink, packets) X(downlink, bytes) \
    X(continuity, now) X(continuity, newest) X(continuity, newest_in) X(continuity, _last_ts) \
    X(continuity, _last_pid) X(continuity, _last_tl0) X(continuity, _sent_at) \
    X(continuity, _broken) X(continuity, _frames) \
    X(span, offset) X(span, ts) X(span, pid) X(span, tl0) \
    X(line, egress) X(line, subscriber) X(line, next_twcc) X(line, unprotected) \
    X(line, bandwidth) \
    X(subscriber, path) X(subscriber, tx) X(subscriber, packets_out) X(subscriber, bytes_out) \
    X(keys, address) \
    X(way, link) X(way, gso) X(way, name_at) X(way, name_size) \
    X(egress, at) X(egress, origin) X(egress, stamp) \
    X(outbox, mode) X(outbox, tables) X(outbox, _count) X(outbox, _paths) \
    X(delay, path) \
    X(history, _newest) X(history, _before) X(history, _total) X(history, _runs) \
    X(history, _waiting) X(history, _ring) X(history, _found) X(history, _last) \
    X(history, _last_cum) X(history, _clock) X(history, _turn) X(history, _least) \
    X(history, _delays) X(history, _losses) X(history, _counted) X(history, _delivered) \
    X(history, _delivered_points) X(history, _streak) X(history, _deaf_until) X(history, _burst) \
    X(history, heard_any) X(history, queue) X(history, rate) X(history, congested) \
    X(history, bad_at) \
    X(least, _kept) X(least, _span)

#define CLASSES(X) \
    X(packet) X(downlink) X(continuity) X(span) X(line) X(subscriber) X(keys) X(way) X(egress) \
    X(outbox) X(delay) X(history) X(least)

#define CLASS(name) static PyTypeObject *name##_class;
CLASSES(CLASS)
#define OFFSET(class, slot) static Py_ssize_t class##__##slot;
SLOTS(OFFSET)

typedef int protector(void *context, void *packet, int *length);
static protector *protect;
static long long slab_size, packet_room, messages;
static PyObject *word_forward, *word_flush, *word_feedback, *words_clean;
static PyObject *word_append, *word_pop, *word_popleft;

typedef struct {
    const unsigned char *data;
    PyObject *owner;
    long long ext, ts, pid, tl0;
    int size, marker, third, pid_at, tl0_at;
} Item;

typedef struct {
    PyObject *packets, *now, *clean;
    Item items[MOST];
    int count;
} Batch;

#define SLOT(object, class, slot) (*(PyObject **)((char *)(object) + class##__##slot))

/* Numbers are read one after the other; whoever reads them asks once in the end for an error. */
static long long number(PyObject *value) {
    if (value == NULL) {
        PyErr_SetString(PyExc_AttributeError, "a slot has no value");
        return -1;
    }
    return PyLong_AsLongLong(value);
}
#define NUMBER(object, class, slot) number(SLOT(object, class, slot))

static void put(PyObject **slot, PyObject *value) {
    PyObject *before = *slot;
    *slot = value;
    Py_XDECREF(before);
}

static int put_number(PyObject **slot, long long value) {
    PyObject *made = PyLong_FromLongLong(value);
    if (made == NULL) return -1;
    put(slot, made);
    return 0;
}
#define PUT(object, class, slot, value) put_number(&SLOT(object, class, slot), (value))

static void put_same(PyObject **slot, PyObject *value) {
    Py_INCREF(value);
    put(slot, value);
}

static void be16(unsigned char *at, long long value) {
    at[0] = (unsigned char)(value >> 8);
    at[1] = (unsigned char)value;
}

static void be32(unsigned char *at, long long value) {
    be16(at, value >> 16);
    be16(at + 2, value);
}

/* --- what is sent ------------------------------------------------------------------------- */

/* 1: can be sent from here, 0: not plain, -1: an error. */
static int read_item(PyObject *packet, Item *item) {
    PyObject *data;
    if (!Py_IS_TYPE(packet, packet_class)) return 0;
    data = SLOT(packet, packet, data);
    if (data == NULL || !PyBytes_CheckExact(data)) return 0;
    item->data = (const unsigned char *)PyBytes_AS_STRING(data);
    item->size = (int)PyBytes_GET_SIZE(data);
    item->ext = NUMBER(packet, packet, ext);
    item->ts = NUMBER(packet, packet, ts);
    item->marker = SLOT(packet, packet, marker) == Py_True;
    item->third = (int)NUMBER(packet, packet, third);
    item->pid = NUMBER(packet, packet, pid);
    item->tl0 = NUMBER(packet, packet, tl0);
    item->pid_at = (int)NUMBER(packet, packet, pid_at);
    item->tl0_at = (int)NUMBER(packet, packet, tl0_at);
    if (PyErr_Occurred()) return -1;
    if (item->size < HEAD || item->size > packet_room - TAGS) return 0;
    if (item->pid >= 0 && (item->pid_at < HEAD || item->pid_at + 2 > item->size)) return 0;
    if (item->tl0 >= 0 && (item->tl0_at < HEAD || item->tl0_at >= item->size)) return 0;
    item->owner = Py_NewRef(data);
    return 1;
}

static int read_batch(Batch *batch) {
    Py_ssize_t count = PyTuple_GET_SIZE(batch->packets);
    if (count < 1 || count > MOST || count * packet_room > slab_size) return 0;
    for (Py_ssize_t n = 0; n < count; n++) {
        int read = read_item(PyTuple_GET_ITEM(batch->packets, n), &batch->items[n]);
        if (read < 1) return read;
        batch->count++;
    }
    return 1;
}

/* --- what one subscriber gets ------------------------------------------------------------- */

typedef struct {
    PyObject *downlink, *line, *continuity, *span, *subscriber, *way, *egress, *box;
    PyObject *history; /* NULL: nobody estimates, or not from single packets */
    void *context;
    unsigned char *slab;
    long long at, ssrc, pt, stamp, twcc_id, twcc, third_id, offset, ts, pid, tl0;
    int sizes[MOST], count, refused;
} Writing;

/* RFC 7741 4.2: seven bits stay seven bits. */
static void picture(unsigned char *at, const Item *item, const Writing *w) {
    unsigned char *where = at + item->pid_at;
    if (*where & 0x80)
        be16(where, 0x8000 | ((item->pid + w->pid) & 0x7FFF));
    else
        *where = (item->pid + w->pid) & 0x7F;
    if (item->tl0 >= 0) at[item->tl0_at] = (unsigned char)(item->tl0 + w->tl0);
}

static void head(unsigned char *at, const Item *item, const Writing *w) {
    int third = w->third_id && item->third >= 0;
    at[0] = 0x90;
    at[1] = (unsigned char)(item->marker ? w->pt | 0x80 : w->pt);
    be16(at + 2, item->ext + w->offset);
    be32(at + 4, item->ts + w->ts);
    be32(at + 8, w->ssrc);
    be32(at + 12, 0xBEDE0003);
    be32(at + 16, w->stamp);
    at[20] = (unsigned char)w->twcc_id;
    be16(at + 21, w->twcc);
    at[23] = (unsigned char)(third ? w->third_id : 0);
    at[24] = (unsigned char)(third ? item->third : 0);
}

/* Encrypted, one behind the other; the bytes that they take. */
static long long write_all(const Batch *batch, Writing *w) {
    unsigned char *at = w->slab + w->at, *begin = at;
    int moved = w->pid || w->tl0;
    for (int n = 0; n < batch->count; n++) {
        const Item *item = &batch->items[n];
        int size = item->size;
        memcpy(at, item->data, (size_t)size);
        head(at, item, w);
        if (moved && item->pid >= 0) picture(at, item, w);
        if (protect(w->context, at, &size)) {
            w->refused++;
            continue;
        }
        w->sizes[w->count++] = size;
        at += size;
        if (w->twcc_id) w->twcc = (w->twcc + 1) & 0xFFFF;
    }
    return at - begin;
}

/* `Continuity.run`: these are simply the next ones. 0 when they are not. */
static int run(const Batch *batch, Writing *w) {
    const Item *last = &batch->items[batch->count - 1];
    PyObject *continuity = w->continuity;
    if (batch->items[0].ext <= NUMBER(continuity, continuity, newest_in))
        return PyErr_Occurred() ? -1 : 0;
    if (PUT(continuity, continuity, newest_in, last->ext) ||
        PUT(continuity, continuity, newest, last->ext + w->offset) ||
        PUT(continuity, continuity, _last_ts, last->ts + w->ts))
        return -1;
    put_same(&SLOT(continuity, continuity, _sent_at), batch->now);
    put_same(&SLOT(continuity, continuity, _broken),
             SLOT(continuity, continuity, _frames) == Py_True && !last->marker ? Py_True : Py_False);
    if (last->pid >= 0 &&
        (PUT(continuity, continuity, _last_pid, last->pid + w->pid) ||
         PUT(continuity, continuity, _last_tl0, last->tl0 >= 0 ? last->tl0 + w->tl0 : -1)))
        return -1;
    return 1;
}

/* `Path.sent` of the estimator. */
static int note(PyObject *history, long long first, long long packets, long long size,
                PyObject *now) {
    PyObject *ring = SLOT(history, history, _ring), *waiting = SLOT(history, history, _waiting);
    long long newest = NUMBER(history, history, _newest), runs = NUMBER(history, history, _runs);
    long long total = NUMBER(history, history, _total) + size;
    char *memory;
    double at;
    if (PyErr_Occurred()) return -1;
    if (ring == NULL || !PyByteArray_CheckExact(ring) || PyByteArray_GET_SIZE(ring) != 24 * RING ||
        waiting == NULL || !PyFloat_CheckExact(waiting)) {
        PyErr_SetString(PyExc_TypeError, "this is no history of what was sent");
        return -1;
    }
    if (newest < 0) {
        newest = first - 1;
        if (PUT(history, history, _before, newest)) return -1;
    }
    newest += ((first - newest - 1) & 0xFFFF) + packets;
    memory = PyByteArray_AS_STRING(ring) + 8 * (runs & (RING - 1));
    at = PyFloat_AS_DOUBLE(now);
    memcpy(memory, &newest, 8);
    memcpy(memory + 8 * RING, &at, 8);
    memcpy(memory + 16 * RING, &total, 8);
    if (PUT(history, history, _newest, newest) || PUT(history, history, _total, total) ||
        PUT(history, history, _runs, runs + 1))
        return -1;
    if (PyFloat_AS_DOUBLE(waiting) < 0) put_same(&SLOT(history, history, _waiting), now);
    return 0;
}

/* --- the queue of a socket ------------------------------------------------------------------ */

/* `Outbox._add`: one more message. */
static int add(const Writing *w, long long begin, long long total, long long segment) {
    PyObject *box = w->box, *tables = SLOT(box, outbox, tables), *paths;
    long long at = NUMBER(box, outbox, _count);
    uint64_t *header, *vector, *control;
    if (at >= messages) {
        PyObject *flushed = PyObject_CallMethodNoArgs(box, word_flush);
        if (flushed == NULL) return -1;
        Py_DECREF(flushed);
        at = 0;
    }
    paths = SLOT(box, outbox, _paths);
    if (tables == NULL || !PyTuple_CheckExact(tables) || PyTuple_GET_SIZE(tables) != 3 ||
        paths == NULL || !PyList_CheckExact(paths) || at < 0 || at >= PyList_GET_SIZE(paths)) {
        PyErr_SetString(PyExc_TypeError, "this is no queue of a socket");
        return -1;
    }
    header = (uint64_t *)(uintptr_t)number(PyTuple_GET_ITEM(tables, 0)) + 8 * at;
    vector = (uint64_t *)(uintptr_t)number(PyTuple_GET_ITEM(tables, 1)) + 2 * at;
    control = (uint64_t *)(uintptr_t)number(PyTuple_GET_ITEM(tables, 2)) + 3 * at;
    header[0] = (uint64_t)NUMBER(w->way, way, name_at);
    header[1] = (uint64_t)NUMBER(w->way, way, name_size);
    header[5] = segment ? CONTROL : 0;
    vector[0] = (uint64_t)(uintptr_t)w->slab + (uint64_t)begin;
    vector[1] = (uint64_t)total;
    control[2] = (uint64_t)segment;
    if (PyErr_Occurred()) return -1;
    PyList_SetItem(paths, (Py_ssize_t)at, Py_NewRef(w->way));
    return PUT(box, outbox, _count, at + 1);
}

/* `_one_run`: how long all of it is, where it is one run as nearly always. */
static long long one_run(const Writing *w) {
    int size = w->sizes[0], last = w->sizes[w->count - 1];
    if (w->count > SEGMENTS || last > size) return RUN + 1;
    for (int n = 1; n < w->count - 1; n++)
        if (w->sizes[n] != size) return RUN + 1;
    return (long long)(w->count - 1) * size + last;
}

/* `Outbox.queue`: the kernel cuts runs of equal sizes, of which the last may be shorter. */
static int queue(const Writing *w, long long begin) {
    const int *sizes = w->sizes;
    long long total;
    int at = 0, cuts = SLOT(w->way, way, gso) == Py_True &&
                       PyUnicode_CompareWithASCIIString(SLOT(w->box, outbox, mode), "gso") == 0;
    if (!cuts) {
        for (; at < w->count; begin += sizes[at++])
            if (add(w, begin, sizes[at], 0)) return -1;
        return 0;
    }
    if ((total = one_run(w)) <= RUN) return add(w, begin, total, w->count > 1 ? sizes[0] : 0);
    while (at < w->count) {
        int size = sizes[at], first = at++;
        total = size;
        while (at < w->count && at < first + SEGMENTS && sizes[at] <= size && total + size <= RUN) {
            total += sizes[at++];
            if (sizes[at - 1] < size) break; /* a shorter one ends the run */
        }
        if (add(w, begin, total, at - first > 1 ? size : 0)) return -1;
        begin += total;
    }
    return 0;
}

/* --- all of it for one -------------------------------------------------------------------- */

#define TAKE(field, object, class, slot, type) \
    if ((w->field = SLOT(object, class, slot)) == NULL || !PyObject_TypeCheck(w->field, type)) \
        return 0;

/* 1: it can be written for; 0: its own `forward` knows what to do. */
static int look(Writing *w, PyObject *downlink) {
    PyObject *keys, *bandwidth;
    w->downlink = downlink;
    TAKE(line, downlink, downlink, feed, line_class)
    TAKE(continuity, downlink, downlink, continuity, continuity_class)
    TAKE(span, w->continuity, continuity, now, span_class)
    TAKE(egress, w->line, line, egress, egress_class)
    TAKE(subscriber, w->line, line, subscriber, subscriber_class)
    TAKE(way, w->subscriber, subscriber, path, way_class)
    TAKE(box, w->way, way, link, outbox_class)
    keys = SLOT(w->subscriber, subscriber, tx);
    if (keys == NULL || !PyObject_TypeCheck(keys, keys_class)) return 0;
    w->context = (void *)(uintptr_t)NUMBER(keys, keys, address);
    bandwidth = SLOT(w->line, line, bandwidth);
    w->history = NULL;
    if (bandwidth != NULL && Py_IS_TYPE(bandwidth, delay_class)) {
        TAKE(history, bandwidth, delay, path, history_class)
    } else if (bandwidth != Py_None)
        return 0;
    return w->context != NULL;
}

static int read_numbers(Writing *w) {
    PyObject *downlink = w->downlink;
    w->slab = (unsigned char *)(uintptr_t)NUMBER(w->egress, egress, origin);
    w->at = NUMBER(w->egress, egress, at);
    w->ssrc = NUMBER(downlink, downlink, ssrc);
    w->pt = NUMBER(downlink, downlink, pt);
    w->twcc_id = NUMBER(downlink, downlink, _twcc);
    w->third_id = NUMBER(downlink, downlink, _third);
    w->stamp = NUMBER(downlink, downlink, _abs);
    if (w->stamp) w->stamp |= NUMBER(w->egress, egress, stamp);
    w->twcc = w->twcc_id ? NUMBER(w->line, line, next_twcc) : 0;
    w->offset = NUMBER(w->span, span, offset);
    w->ts = NUMBER(w->span, span, ts);
    w->pid = NUMBER(w->span, span, pid);
    w->tl0 = NUMBER(w->span, span, tl0);
    w->count = w->refused = 0;
    return PyErr_Occurred() ? -1 : 0;
}

#define ADD(object, class, slot, more) \
    PUT(object, class, slot, NUMBER(object, class, slot) + (more))

static int keep_count(const Batch *batch, const Writing *w, long long size) {
    if (ADD(w->downlink, downlink, bytes, size) || ADD(w->downlink, downlink, packets, w->count) ||
        PUT(w->egress, egress, at, w->at + size) ||
        (w->refused && ADD(w->line, line, unprotected, w->refused)))
        return -1;
    if (w->twcc_id) {
        if (PUT(w->line, line, next_twcc, w->twcc)) return -1;
        if (w->count && w->history != NULL &&
            note(w->history, (w->twcc - w->count) & 0xFFFF, w->count, size, batch->now))
            return -1;
    }
    if (!w->count) return 0;
    return ADD(w->subscriber, subscriber, packets_out, w->count) ||
           ADD(w->subscriber, subscriber, bytes_out, size) || queue(w, w->at);
}

/* `Egress.room`: what waits is sent first where there is no place behind it. */
static int make_room(const Batch *batch, Writing *w) {
    PyObject *flushed;
    if (w->at + batch->count * packet_room <= slab_size) return 0;
    flushed = PyObject_CallMethodNoArgs(w->egress, word_flush);
    Py_XDECREF(flushed);
    w->at = 0;
    return flushed == NULL ? -1 : 0;
}

/* 1: done, 0: its own `forward` is to do it, -1: an error. */
static int forward(const Batch *batch, PyObject *downlink) {
    Writing w[1];
    int plain;
    if (!Py_IS_TYPE(downlink, downlink_class) || !look(w, downlink)) return PyErr_Occurred() ? -1 : 0;
    if (read_numbers(w)) return -1;
    if (make_room(batch, w)) return -1;
    if ((plain = run(batch, w)) < 1) return plain;
    /* What is looked at stays: a flush in `queue` runs other code. */
    PyObject *held = PyTuple_Pack(4, w->way, w->box, w->subscriber, w->egress);
    if (held == NULL) return -1;
    int failed = keep_count(batch, w, write_all(batch, w)) || PyErr_Occurred();
    Py_DECREF(held);
    return failed ? -1 : 1;
}

/* `forward` of the object itself: also of who is no subscriber, as a recorder. */
static int ask(const Batch *batch, PyObject *one, PyObject *packets) {
    PyObject *arguments[] = {one, packets, batch->now, batch->clean};
    PyObject *done = PyObject_VectorcallMethod(word_forward, arguments, 3, words_clean);
    Py_XDECREF(done);
    return done == NULL ? -1 : 0;
}

static int each(Batch *batch, PyObject *everybody, PyObject *packets, int plain) {
    PyObject *one;
    while ((one = PyIter_Next(everybody)) != NULL) {
        int done = plain ? forward(batch, one) : 0;
        if (done == 0) done = ask(batch, one, packets);
        Py_DECREF(one);
        if (done < 0) return -1;
    }
    return PyErr_Occurred() ? -1 : 0;
}

static PyObject *spread(PyObject *Py_UNUSED(module), PyObject *const *arguments, Py_ssize_t count,
                        PyObject *words) {
    Batch batch;
    int done, plain = 0;
    if (count != 3 || words == NULL || PyTuple_GET_SIZE(words) != 1 || !PyIter_Check(arguments[0]) || !PyFloat_CheckExact(arguments[2]) ||
        !PyBool_Check(arguments[3])) {
        PyErr_SetString(PyExc_TypeError, "spread(iterator, packets, now: float, *, clean: bool)");
        return NULL;
    }
    if (protect == NULL) {
        PyErr_SetString(PyExc_RuntimeError, "nobody has said where things are");
        return NULL;
    }
    batch.count = 0;
    batch.now = arguments[2];
    batch.clean = arguments[3];
    batch.packets = PySequence_Tuple(arguments[1]);
    if (batch.packets == NULL) return NULL;
    if (batch.clean == Py_True) plain = read_batch(&batch);
    done = plain < 0 ? -1 : each(&batch, arguments[0], arguments[1], plain);
    for (int n = 0; n < batch.count; n++) Py_DECREF(batch.items[n].owner);
    Py_DECREF(batch.packets);
    if (done < 0) return NULL;
    Py_RETURN_NONE;
}

/* --- what a subscriber tells of arrivals: `Path.heard`, as it nearly always is ---------------- */

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

static double real(PyObject *value) {
    return value == NULL ? -1.0 : PyFloat_AsDouble(value);
}
#define REAL(object, class, slot) real(SLOT(object, class, slot))

static int put_real(PyObject **slot, double value) {
    PyObject *made = PyFloat_FromDouble(value);
    if (made == NULL) return -1;
    put(slot, made);
    return 0;
}
#define PUT_REAL(object, class, slot, value) put_real(&SLOT(object, class, slot), (value))

static int call(PyObject *object, PyObject *name, PyObject *argument) {
    PyObject *done = argument ? PyObject_CallMethodOneArg(object, name, argument)
                              : PyObject_CallMethodNoArgs(object, name);
    Py_XDECREF(done);
    return done == NULL ? -1 : 0;
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
static int heard(PyObject *path, PyObject *body, PyObject *now) {
    Summary news;
    Sent sent;
    long long ext, run, cum, clock, last;
    double sent_at, turn;
    int known = summary((const unsigned char *)PyBytes_AS_STRING(body), PyBytes_GET_SIZE(body),
                        &news);
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

static PyObject *hear(PyObject *Py_UNUSED(module), PyObject *const *arguments, Py_ssize_t count) {
    PyObject *path;
    int done = 0;
    if (count != 3 || protect == NULL || !PyBytes_CheckExact(arguments[1]) ||
        !PyFloat_CheckExact(arguments[2])) {
        PyErr_SetString(PyExc_TypeError, "hear(bandwidth, body: bytes, now: float)");
        return NULL;
    }
    if (Py_IS_TYPE(arguments[0], delay_class) &&
        (path = SLOT(arguments[0], delay, path)) != NULL && Py_IS_TYPE(path, history_class))
        done = heard(path, arguments[1], arguments[2]);
    if (done < 0) return NULL;
    if (done) Py_RETURN_NONE;
    return PyObject_VectorcallMethod(word_feedback, arguments, 3, NULL);
}

/* --- once ----------------------------------------------------------------------------------- */

static int find_class(PyObject *classes, const char *name, PyTypeObject **found) {
    PyObject *one = PyDict_GetItemString(classes, name);
    if (one == NULL || !PyType_Check(one)) {
        PyErr_Format(PyExc_TypeError, "the class %s is wanted", name);
        return -1;
    }
    put((PyObject **)found, Py_NewRef(one));
    return 0;
}

static int find_slot(PyTypeObject *class, const char *name, Py_ssize_t *offset) {
    PyObject *found = PyObject_GetAttrString((PyObject *)class, name);
    if (found == NULL) return -1;
    int right = Py_IS_TYPE(found, &PyMemberDescr_Type) &&
                ((PyMemberDescrObject *)found)->d_member->type == T_OBJECT_EX;
    if (right)
        *offset = ((PyMemberDescrObject *)found)->d_member->offset;
    else
        PyErr_Format(PyExc_TypeError, "%s.%s is no slot", class->tp_name, name);
    Py_DECREF(found);
    return right ? 0 : -1;
}

static PyObject *setup(PyObject *Py_UNUSED(module), PyObject *arguments, PyObject *classes) {
    unsigned long long address;
    if (classes == NULL ||
        !PyArg_ParseTuple(arguments, "KLLL(ddddddddddiii)", &address, &slab_size, &packet_room,
                          &messages, &TICK, &RATE_SPAN, &SHORTEST, &LOSS_SPAN, &QUEUE,
                          &QUEUE_WITH_LOSS, &LOSS_WITH_QUEUE, &LOSS, &SHOCK_LOSS, &SHOCK_QUEUE,
                          &LOSS_LEAST, &STREAK, &SHOCK_LEAST))
        return classes ? NULL : (PyErr_SetString(PyExc_TypeError, "classes are wanted"), NULL);
#define FIND_CLASS(name) \
    if (find_class(classes, #name, &name##_class)) return NULL;
    CLASSES(FIND_CLASS)
#define FIND_SLOT(class, slot) \
    if (find_slot(class##_class, #slot, &class##__##slot)) return NULL;
    SLOTS(FIND_SLOT)
    protect = (protector *)(uintptr_t)address;
    Py_RETURN_NONE;
}

static PyMethodDef methods[] = {
    {"spread", (PyCFunction)(void (*)(void))spread, METH_FASTCALL | METH_KEYWORDS,
     "Send a batch to everybody of an iterator."},
    {"hear", (PyCFunction)(void (*)(void))hear, METH_FASTCALL,
     "Tell who estimates a line what its subscriber said of arrivals."},
    {"setup", (PyCFunction)(void (*)(void))setup, METH_VARARGS | METH_KEYWORDS,
     "Say once where things are: libsrtp's function, sizes, and the classes by their role."},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT, "_spread", "The loop over all who are sent a batch.", -1, methods,
    NULL, NULL, NULL, NULL,
};

PyMODINIT_FUNC PyInit__spread(void) {
    PyObject *clean = PyUnicode_InternFromString("clean");
    word_forward = PyUnicode_InternFromString("forward");
    word_flush = PyUnicode_InternFromString("flush");
    word_feedback = PyUnicode_InternFromString("feedback");
    word_append = PyUnicode_InternFromString("append");
    word_pop = PyUnicode_InternFromString("pop");
    word_popleft = PyUnicode_InternFromString("popleft");
    if (PyErr_Occurred()) return NULL;
    words_clean = PyTuple_Pack(1, clean);
    Py_DECREF(clean);
    return words_clean == NULL ? NULL : PyModule_Create(&definition);
}
