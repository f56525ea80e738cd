/* A batch of packets to everybody, as `Downlink.forward` writes it for one.
 *
 * Whatever is not plain (a packet that came late, a connection over TCP, a slab that is nearly full)
 * is left to `forward` of the object, which is also what this is tested against.
 */
#ifndef VTP_SEND
#define VTP_SEND
#include "objects.h"
#include "seal.h"

/* --- the packets -------------------------------------------------------------------------- */

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
    void *context; /* libsrtp's, or a cipher with its salt */
    const unsigned char *salt;
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
        if (w->salt ? sealed(w->context, w->salt, at, &size, item->ext + w->offset)
                    : protect(w->context, at, &size)) {
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

/* What its packets are encrypted with; 0 for what is none. */
static int take_keys(Writing *w, PyObject *keys) {
    PyObject *seal = SLOT(keys, keys, seal), *cipher, *salt;
    w->salt = NULL;
    if (seal == NULL) return 0;
    if (seal == Py_None) {
        w->context = (void *)(uintptr_t)NUMBER(keys, keys, address);
        return w->context != NULL;
    }
    if (!Py_IS_TYPE(seal, seal_class)) return 0;
    cipher = SLOT(seal, seal, cipher);
    salt = SLOT(seal, seal, salt);
    if (cipher == NULL || salt == NULL || !PyCapsule_IsValid(cipher, CIPHER) ||
        !PyBytes_CheckExact(salt) || PyBytes_GET_SIZE(salt) != SALT)
        return 0;
    w->context = PyCapsule_GetPointer(cipher, CIPHER);
    w->salt = (const unsigned char *)PyBytes_AS_STRING(salt);
    return 1;
}

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
    if (!take_keys(w, keys)) return 0;
    bandwidth = SLOT(w->line, line, bandwidth);
    w->history = NULL;
    if (bandwidth != NULL && Py_IS_TYPE(bandwidth, delay_class)) {
        TAKE(history, bandwidth, delay, path, history_class)
    } else if (bandwidth != Py_None)
        return 0;
    return 1;
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

#endif
