/* Where the numbers of Python's objects lie: in the slots of their classes, which are their only
 * home. They are asked of the classes once, by `setup`.
 */
#ifndef VTP_OBJECTS
#define VTP_OBJECTS

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
    X(keys, address) X(keys, seal) X(seal, cipher) X(seal, salt) \
    X(way, link) X(way, gso) X(way, name_at) X(way, name_size) X(way, agent) X(way, heard) \
    X(agent, owner) X(opened, address) X(opened, _sources) X(intake, tables) X(intake, view) \
    X(transport, _rx) X(transport, _listener) X(transport, deaf_until) \
    X(transport, packets_in) X(transport, bytes_in) \
    X(feed, _reports) X(feed, _report_bytes) X(feed, drops) \
    X(bucket, _at) X(bucket, _left) X(bucket, _rate) \
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
    X(packet) X(downlink) X(continuity) X(span) X(line) X(subscriber) X(keys) X(seal) X(way) X(egress) \
    X(outbox) X(delay) X(history) X(least) X(agent) X(opened) X(intake) X(transport) X(feed) X(bucket)

#define CLASS(name) static PyTypeObject *name##_class;
CLASSES(CLASS)
#define OFFSET(class, slot) static Py_ssize_t class##__##slot;
SLOTS(OFFSET)

/* libsrtp's: in place, 0 when it was done. */
typedef int cipher(void *context, void *packet, int *length);
static cipher *protect, *unprotect, *unprotect_rtcp;
static long long slab_size, packet_room, messages;
static PyObject *word_forward, *word_flush, *word_feedback, *words_clean;
static PyObject *word_append, *word_pop, *word_popleft;
static PyObject *word_arrived, *word_dropped, *word_stumbled, *word_rtp, *word_rtcp;

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
#define ADD(object, class, slot, more) \
    PUT(object, class, slot, NUMBER(object, class, slot) + (more))

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

#endif
