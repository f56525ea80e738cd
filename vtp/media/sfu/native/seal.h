/* Encryption with a cipher that was keyed once: `vtp.media.sfu.seal`. OpenSSL's functions are those
 * that libsrtp brought along, so nothing is linked and both use the same code for the same processor.
 */
#ifndef VTP_SEAL
#define VTP_SEAL
#include <dlfcn.h>
#include "objects.h"

enum { SALT = 12, TAG = 16, GET_TAG = 0x10 /* EVP_CTRL_AEAD_GET_TAG */ };

static void *(*new_context)(void);
static void (*free_context)(void *context);
static const void *(*aes_128_gcm)(void), *(*aes_256_gcm)(void);
static int (*begin)(void *context, const void *kind, void *engine, const unsigned char *key,
                    const unsigned char *number);
static int (*update)(void *context, unsigned char *out, int *written, const unsigned char *in,
                     int size);
static int (*end)(void *context, unsigned char *out, int *written);
static int (*control)(void *context, int what, int size, void *where);

static int find(void *library, const char *name, void *found) {
    void *symbol = dlsym(library, name);
    if (symbol == NULL) {
        PyErr_Format(PyExc_OSError, "there is no %s", name);
        return -1;
    }
    memcpy(found, &symbol, sizeof symbol); /* a pointer to a function, in the words of POSIX */
    return 0;
}

static PyObject *openssl(PyObject *Py_UNUSED(module), PyObject *argument) {
    const char *path = PyUnicode_AsUTF8(argument);
    void *library;
    if (path == NULL) return NULL;
    library = dlopen(path, RTLD_LAZY | RTLD_NOLOAD);
    if (library == NULL) return PyErr_Format(PyExc_OSError, "%s is not loaded", path);
    if (find(library, "EVP_CIPHER_CTX_new", &new_context) ||
        find(library, "EVP_CIPHER_CTX_free", &free_context) ||
        find(library, "EVP_aes_128_gcm", &aes_128_gcm) ||
        find(library, "EVP_aes_256_gcm", &aes_256_gcm) ||
        find(library, "EVP_EncryptInit_ex", &begin) ||
        find(library, "EVP_EncryptUpdate", &update) ||
        find(library, "EVP_EncryptFinal_ex", &end) ||
        find(library, "EVP_CIPHER_CTX_ctrl", &control))
        return NULL;
    Py_RETURN_NONE;
}

static const char CIPHER[] = "vtp.cipher";

static void forget_cipher(PyObject *capsule) {
    free_context(PyCapsule_GetPointer(capsule, CIPHER));
}

/* cipher(key): AES-GCM for a key of 16 or 32 bytes. */
static PyObject *keyed(PyObject *Py_UNUSED(module), PyObject *key) {
    void *context;
    PyObject *made;
    if (!PyBytes_CheckExact(key) || (PyBytes_GET_SIZE(key) != 16 && PyBytes_GET_SIZE(key) != 32)) {
        PyErr_SetString(PyExc_TypeError, "cipher(key: 16 or 32 bytes)");
        return NULL;
    }
    if (new_context == NULL || (context = new_context()) == NULL) return PyErr_NoMemory();
    if (begin(context, PyBytes_GET_SIZE(key) == 16 ? aes_128_gcm() : aes_256_gcm(), NULL,
              (const unsigned char *)PyBytes_AS_STRING(key), NULL) != 1) {
        free_context(context);
        PyErr_SetString(PyExc_OSError, "OpenSSL takes no such key");
        return NULL;
    }
    made = PyCapsule_New(context, CIPHER, forget_cipher);
    if (made == NULL) free_context(context);
    return made;
}

/* RFC 7714 8: its number and its source say how a packet is encrypted, its header is only signed.
 * 0 when it was done, as with libsrtp. */
static int sealed(void *context, const unsigned char *salt, unsigned char *packet, int *size,
                  long long number) {
    unsigned char vector[SALT] = {0};
    int written = 0;
    number -= 0x10000; /* ours begin one cycle up, those of a cipher do not */
    if (*size < HEAD || number < 0) return -1;
    memcpy(vector + 2, packet + 8, 4);
    be32(vector + 6, number >> 16);
    be16(vector + 10, number);
    for (int n = 0; n < SALT; n++) vector[n] ^= salt[n];
    if (begin(context, NULL, NULL, NULL, vector) != 1 ||
        update(context, NULL, &written, packet, HEAD) != 1 ||
        update(context, packet + HEAD, &written, packet + HEAD, *size - HEAD) != 1 ||
        end(context, packet + *size, &written) != 1 ||
        control(context, GET_TAG, TAG, packet + *size) != 1)
        return -1;
    *size += TAG;
    return 0;
}

/* seal(cipher, salt, packet, size, number): the new size; 0 when it could not be done. */
static PyObject *seal(PyObject *Py_UNUSED(module), PyObject *const *arguments, Py_ssize_t count) {
    if (count != 5 || !PyCapsule_IsValid(arguments[0], CIPHER) ||
        !PyBytes_CheckExact(arguments[1]) || PyBytes_GET_SIZE(arguments[1]) != SALT) {
        PyErr_SetString(PyExc_TypeError, "seal(cipher, salt, packet, size, number)");
        return NULL;
    }
    unsigned char *packet = (unsigned char *)(uintptr_t)number(arguments[2]);
    int size = (int)number(arguments[3]);
    long long index = number(arguments[4]);
    if (PyErr_Occurred()) return NULL;
    if (sealed(PyCapsule_GetPointer(arguments[0], CIPHER),
               (const unsigned char *)PyBytes_AS_STRING(arguments[1]), packet, &size, index))
        size = 0;
    return PyLong_FromLong(size);
}

#endif
