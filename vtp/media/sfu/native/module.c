/* The ways of packets in C: `vtp.media.sfu.loop` says what they are, and Python's do the same.
 *
 * They work on the objects of Python themselves: their slots are the only home of all numbers. So
 * either language can take the next packet, and the one is the oracle of the other's tests.
 */
#define PY_SSIZE_T_CLEAN
#define _GNU_SOURCE
#include <Python.h>
#include <structmember.h>
#include <stdint.h>
#include <string.h>
#include "receive.h"
#include "send.h"

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
    unsigned long long seal, open, open_report;
    if (classes == NULL ||
        !PyArg_ParseTuple(arguments, "(KKK)(LLL)(iiiii)(ddddddddddiii)", &seal, &open,
                          &open_report, &slab_size, &packet_room, &messages, &slot_size,
                          &name_room, &at_once, &longest, &most_sources, &TICK, &RATE_SPAN, &SHORTEST, &LOSS_SPAN, &QUEUE,
                          &QUEUE_WITH_LOSS, &LOSS_WITH_QUEUE, &LOSS, &SHOCK_LOSS, &SHOCK_QUEUE,
                          &LOSS_LEAST, &STREAK, &SHOCK_LEAST))
        return classes ? NULL : (PyErr_SetString(PyExc_TypeError, "classes are wanted"), NULL);
#define FIND_CLASS(name) \
    if (find_class(classes, #name, &name##_class)) return NULL;
    CLASSES(FIND_CLASS)
#define FIND_SLOT(class, slot) \
    if (find_slot(class##_class, #slot, &class##__##slot)) return NULL;
    SLOTS(FIND_SLOT)
    unprotect = (cipher *)(uintptr_t)open;
    unprotect_rtcp = (cipher *)(uintptr_t)open_report;
    protect = (cipher *)(uintptr_t)seal;
    Py_RETURN_NONE;
}

static PyMethodDef methods[] = {
    {"spread", (PyCFunction)(void (*)(void))spread, METH_FASTCALL | METH_KEYWORDS,
     "Send a batch to everybody of an iterator."},
    {"hear", (PyCFunction)(void (*)(void))hear, METH_FASTCALL,
     "Tell who estimates a line what its subscriber said of arrivals."},
    {"read", (PyCFunction)(void (*)(void))read_socket, METH_FASTCALL,
     "Take what waits on a socket to whose it is."},
    {"openssl", openssl, METH_O, "Say once which library has OpenSSL's functions."},
    {"cipher", keyed, METH_O, "A cipher for `seal`, keyed once."},
    {"seal", (PyCFunction)(void (*)(void))seal, METH_FASTCALL, "Encrypt a packet where it lies."},
    {"setup", (PyCFunction)(void (*)(void))setup, METH_VARARGS | METH_KEYWORDS,
     "Say once where things are: libsrtp's functions, sizes, and the classes by their role."},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT, "_native", "The ways of packets in C.", -1, methods,
    NULL, NULL, NULL, NULL,
};

PyMODINIT_FUNC PyInit__native(void) {
    PyObject *clean = PyUnicode_InternFromString("clean");
    word_forward = PyUnicode_InternFromString("forward");
    word_flush = PyUnicode_InternFromString("flush");
    word_feedback = PyUnicode_InternFromString("feedback");
    word_append = PyUnicode_InternFromString("append");
    word_pop = PyUnicode_InternFromString("pop");
    word_popleft = PyUnicode_InternFromString("popleft");
    word_arrived = PyUnicode_InternFromString("arrived");
    word_dropped = PyUnicode_InternFromString("dropped");
    word_stumbled = PyUnicode_InternFromString("stumbled");
    word_rtp = PyUnicode_InternFromString("rtp");
    word_rtcp = PyUnicode_InternFromString("rtcp");
    if (PyErr_Occurred()) return NULL;
    words_clean = PyTuple_Pack(1, clean);
    Py_DECREF(clean);
    return words_clean == NULL ? NULL : PyModule_Create(&definition);
}
