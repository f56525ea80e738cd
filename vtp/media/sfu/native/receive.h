/* What comes in on a socket: `Door.arrived` for media of who is known, as nearly all of it is.
 *
 * One call reads what waits, finds whose it is, decrypts it where it lies and takes what a
 * subscriber tells of arrivals to its estimator. Checks, handshakes, strangers and reports of other
 * kinds go the way of Python, each in its turn.
 */
#ifndef VTP_RECEIVE
#define VTP_RECEIVE
#include <sys/socket.h>
#include "hear.h"
#include "objects.h"

static int slot_size, name_room, at_once, longest, most_sources;

typedef struct {
    PyObject *door, *by_address, *intake, *now;
    PyObject *key;       /* where it came from */
    unsigned char *data; /* where it lies */
    Py_ssize_t at;       /* the same, in the view of the intake */
    int size;
} Datagram;

/* 1: counted, -1: an error. */
static int dropped(const Datagram *d, const char *why) {
    PyObject *word = PyUnicode_FromString(why);
    int failed = word == NULL || call(d->door, word_dropped, word);
    Py_XDECREF(word);
    return failed ? -1 : 1;
}

/* `SrtpIn.rtp` and `SrtpIn.rtcp`. 1: decrypted, 0: forged, repeated or too much, -1: an error. */
static int opened(PyObject *keys, cipher *open, const unsigned char *source, Datagram *d) {
    PyObject *sources = SLOT(keys, opened, _sources), *ssrc;
    void *context = (void *)(uintptr_t)NUMBER(keys, opened, address);
    int known, done = 0;
    if (context == NULL || sources == NULL || !PySet_CheckExact(sources)) {
        if (!PyErr_Occurred()) PyErr_SetString(PyExc_TypeError, "these are no keys");
        return -1;
    }
    ssrc = PyBytes_FromStringAndSize((const char *)source, 4);
    if (ssrc == NULL) return -1;
    known = PySet_Contains(sources, ssrc);
    if (known < 0)
        done = -1;
    else if ((known || PySet_GET_SIZE(sources) < most_sources) &&
             !open(context, d->data, &d->size))
        done = known || !PySet_Add(sources, ssrc) ? 1 : -1;
    Py_DECREF(ssrc);
    return done;
}

/* `Bucket.take`. 1: there was enough, 0: there was not, -1: an error. */
static int take(PyObject *bucket, double now, double many) {
    double rate, left;
    if (bucket == NULL || !Py_IS_TYPE(bucket, bucket_class)) {
        PyErr_SetString(PyExc_TypeError, "this is no bucket");
        return -1;
    }
    rate = REAL(bucket, bucket, _rate);
    left = REAL(bucket, bucket, _left) + (now - REAL(bucket, bucket, _at)) * rate;
    if (PyErr_Occurred()) return -1;
    if (left > rate) left = rate;
    if (PUT_REAL(bucket, bucket, _at, now) ||
        PUT_REAL(bucket, bucket, _left, left < many ? left : left - many))
        return -1;
    return left >= many;
}

/* The body of a packet that is nothing but transport-wide feedback; NULL for all others. */
static const unsigned char *arrivals(const Datagram *d, Py_ssize_t *size) {
    const unsigned char *data = d->data;
    int end = d->size, padding = 0;
    if (end < 12 || (data[0] & 0xDF) != (0x80 | 15) || data[1] != 205) return NULL;
    if (4 + 4 * (data[2] << 8 | data[3]) != end) return NULL;
    if (data[0] & 0x20) {
        padding = data[end - 1];
        if (!padding || padding > end - 12) return NULL;
    }
    *size = end - 12 - padding;
    return data + 12;
}

/* `Feed.rtcp` for such a packet. 1: done, 0: not plain, -1: an error. */
static int feedback(PyObject *feed, const Datagram *d) {
    Py_ssize_t size;
    const unsigned char *body = arrivals(d, &size);
    PyObject *bandwidth, *told, *drops;
    double now = PyFloat_AS_DOUBLE(d->now);
    int done;
    if (body == NULL || !Py_IS_TYPE(feed, feed_class)) return 0;
    done = take(SLOT(feed, feed, _reports), now, 1.0);
    if (done > 0) done = take(SLOT(feed, feed, _report_bytes), now, d->size);
    if (done < 0) return -1;
    if (!done) {
        drops = SLOT(feed, feed, drops);
        told = drops ? PyObject_CallMethod(drops, "count", "s", "flood_of_reports") : NULL;
        Py_XDECREF(told);
        return told == NULL ? -1 : 1;
    }
    bandwidth = SLOT(feed, line, bandwidth);
    if (bandwidth == NULL || bandwidth == Py_None) return 1;
    Py_INCREF(bandwidth);
    done = tell(bandwidth, body, size, d->now);
    if (!done) {
        told = PyObject_CallMethod(bandwidth, "feedback", "y#O", body, size, d->now);
        Py_XDECREF(told);
        done = told == NULL ? -1 : 1;
    }
    Py_DECREF(bandwidth);
    return done;
}

/* `listener.rtp` or `listener.rtcp`; takes `data` over. */
static int hand_over(PyObject *transport, PyObject *word, PyObject *data, const Datagram *d) {
    PyObject *listener = SLOT(transport, transport, _listener), *done = NULL;
    if (data != NULL && listener != NULL) {
        PyObject *arguments[] = {listener, transport, data, d->now};
        Py_INCREF(listener);
        done = PyObject_VectorcallMethod(word, arguments, 4, NULL);
        Py_DECREF(listener);
    }
    Py_XDECREF(data);
    Py_XDECREF(done);
    return done == NULL ? -1 : 1;
}

static int report(PyObject *transport, PyObject *keys, PyObject *path, Datagram *d) {
    PyObject *listener;
    int done = opened(keys, unprotect_rtcp, d->data + 4, d);
    if (done < 1) return done ? -1 : dropped(d, "unauthentic");
    put_same(&SLOT(path, way, heard), d->now);
    listener = Py_XNewRef(SLOT(transport, transport, _listener));
    done = listener != NULL ? feedback(listener, d) : 0;
    Py_XDECREF(listener);
    if (done) return done;
    return hand_over(transport, word_rtcp,
                     PyBytes_FromStringAndSize((const char *)d->data, d->size), d);
}

static int packet(PyObject *transport, PyObject *keys, PyObject *path, Datagram *d) {
    double deaf = REAL(transport, transport, deaf_until);
    int done;
    if (PyErr_Occurred()) return -1;
    if (PyFloat_AS_DOUBLE(d->now) < deaf) return dropped(d, "flood");
    done = opened(keys, unprotect, d->data + 8, d);
    if (done < 1) return done ? -1 : dropped(d, "unauthentic");
    put_same(&SLOT(path, way, heard), d->now);
    if (ADD(transport, transport, packets_in, 1) || ADD(transport, transport, bytes_in, d->size))
        return -1;
    return hand_over(transport, word_rtp,
                     PySequence_GetSlice(SLOT(d->intake, intake, view), d->at, d->at + d->size), d);
}

/* `Transport.media`. 1: done, 0: not for here, -1: an error. */
static int media(Datagram *d) {
    PyObject *path, *agent, *transport, *keys;
    int done;
    if (d->size < 12 || d->size > longest || d->data[0] < 128 || d->data[0] > 191) return 0;
    path = PyDict_GetItemWithError(d->by_address, d->key);
    if (path == NULL) return PyErr_Occurred() ? -1 : 0;
    if (!Py_IS_TYPE(path, way_class)) return 0;
    agent = SLOT(path, way, agent);
    if (agent == NULL || !Py_IS_TYPE(agent, agent_class)) return 0;
    transport = SLOT(agent, agent, owner);
    if (transport == NULL || !Py_IS_TYPE(transport, transport_class)) return 0;
    keys = SLOT(transport, transport, _rx);
    if (keys == NULL || !Py_IS_TYPE(keys, opened_class)) return 0;
    /* Whoever is told may end all of it. */
    Py_INCREF(path), Py_INCREF(transport), Py_INCREF(keys);
    done = (d->data[1] & 0xE0) == 192 ? report(transport, keys, path, d)
                                      : packet(transport, keys, path, d);
    Py_DECREF(path), Py_DECREF(transport), Py_DECREF(keys);
    return done;
}

/* The way of Python. */
static int arrived(const Datagram *d) {
    PyObject *at = PyLong_FromSsize_t(d->at), *size = PyLong_FromLong(d->size), *done = NULL;
    if (at != NULL && size != NULL) {
        PyObject *arguments[] = {d->door, d->intake, at, size, d->key, d->now};
        done = PyObject_VectorcallMethod(word_arrived, arguments, 6, NULL);
    }
    Py_XDECREF(at);
    Py_XDECREF(size);
    Py_XDECREF(done);
    return done == NULL ? -1 : 1;
}

/* A fault of ours in one datagram is told, and does not keep the others from their way. */
static int stumbled(const Datagram *d) {
    PyObject *kind, *error, *trace, *done = NULL;
    if (!PyErr_ExceptionMatches(PyExc_Exception)) return -1;
    PyErr_Fetch(&kind, &error, &trace);
    PyErr_NormalizeException(&kind, &error, &trace);
    if (trace != NULL) PyException_SetTraceback(error, trace);
    done = PyObject_CallMethodObjArgs(d->door, word_stumbled, error, d->now, NULL);
    Py_XDECREF(kind);
    Py_XDECREF(error);
    Py_XDECREF(trace);
    Py_XDECREF(done);
    return done == NULL ? -1 : 1;
}

static int one(Datagram *d, const unsigned char *name, Py_ssize_t name_size) {
    int done;
    d->key = PyBytes_FromStringAndSize((const char *)name, name_size);
    if (d->key == NULL) return -1;
    done = media(d);
    if (done == 0) done = arrived(d);
    if (done < 0) done = stumbled(d);
    Py_DECREF(d->key);
    return done;
}

/* read(door, by_address, intake, now): all that waits on a socket, up to a batch. */
static PyObject *read_socket(PyObject *Py_UNUSED(module), PyObject *const *arguments,
                             Py_ssize_t count) {
    PyObject *tables;
    if (count != 4 || protect == NULL || !PyDict_CheckExact(arguments[1]) ||
        !Py_IS_TYPE(arguments[2], intake_class) || !PyFloat_CheckExact(arguments[3]) ||
        (tables = SLOT(arguments[2], intake, tables)) == NULL || !PyTuple_CheckExact(tables) ||
        PyTuple_GET_SIZE(tables) != 5) {
        PyErr_SetString(PyExc_TypeError, "read(door, by_address: dict, intake, now: float)");
        return NULL;
    }
    int socket = (int)number(PyTuple_GET_ITEM(tables, 0));
    uint64_t *headers = (uint64_t *)(uintptr_t)number(PyTuple_GET_ITEM(tables, 1));
    unsigned char *memory = (unsigned char *)(uintptr_t)number(PyTuple_GET_ITEM(tables, 2));
    unsigned char *names = (unsigned char *)(uintptr_t)number(PyTuple_GET_ITEM(tables, 3));
    Py_ssize_t name_size = (Py_ssize_t)number(PyTuple_GET_ITEM(tables, 4));
    if (PyErr_Occurred()) return NULL;
    int came = recvmmsg(socket, (struct mmsghdr *)headers, (unsigned)at_once, 0, NULL);
    for (int n = 0; n < came; n++) {
        Datagram d = {.door = arguments[0], .by_address = arguments[1], .intake = arguments[2],
                      .now = arguments[3], .at = (Py_ssize_t)n * slot_size,
                      .data = memory + (size_t)n * (size_t)slot_size,
                      .size = (int)(headers[8 * n + 7] & 0xFFFFFFFF)};
        if (one(&d, names + (size_t)n * (size_t)name_room, name_size) < 0) return NULL;
    }
    Py_RETURN_NONE;
}

#endif
