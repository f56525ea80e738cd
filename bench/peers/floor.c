/* The least that forwarding costs: copy, AES-128-GCM, and one sendmmsg with UDP GSO per picture.
 *
 * floor SECONDS PACKETS HOST PORT...: so many packets of 1,270 bytes, thirty times a second, to
 * each of the ports, encrypted for each with a key of its own. Prints nanoseconds of CPU a packet.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/udp.h>
#include <openssl/evp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

enum { SIZE = 1254, HEAD = 28, TAG = 16, MOST = 64, RATE = 30 };

static int64_t clock_of(clockid_t which) {
    struct timespec t;
    clock_gettime(which, &t);
    return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static void protect(EVP_CIPHER_CTX *key, unsigned char *at, uint64_t number) {
    unsigned char iv[12] = {0};
    int done;
    memcpy(iv + 4, &number, 8);
    EVP_EncryptInit_ex(key, NULL, NULL, NULL, iv);
    EVP_EncryptUpdate(key, NULL, &done, at, HEAD);
    EVP_EncryptUpdate(key, at + HEAD, &done, at + HEAD, SIZE - HEAD);
    EVP_EncryptFinal_ex(key, at + SIZE, &done);
    EVP_CIPHER_CTX_ctrl(key, EVP_CTRL_GCM_GET_TAG, TAG, at + SIZE);
}

int main(int argc, char **argv) {
    int packets = atoi(argv[2]), people = argc - 4, sock = socket(AF_INET, SOCK_DGRAM, 0);
    int room = 4 << 20, step = SIZE + TAG, segments = packets > 1;
    int64_t frames = atof(argv[1]) * RATE, begun = clock_of(CLOCK_MONOTONIC);
    unsigned char *slab = malloc((size_t)people * packets * step), source[MOST][SIZE];
    unsigned char secret[16] = {7};
    struct mmsghdr *messages = calloc(people, sizeof *messages);
    struct iovec *vectors = calloc(people, sizeof *vectors);
    struct sockaddr_in *names = calloc(people, sizeof *names);
    EVP_CIPHER_CTX **keys = calloc(people, sizeof *keys);
    char (*controls)[CMSG_SPACE(2)] = calloc(people, sizeof *controls);
    setsockopt(sock, SOL_SOCKET, SO_SNDBUF, &room, sizeof room);
    memset(source, 1, sizeof source);
    for (int n = 0; n < people; n++) {
        struct msghdr *head = &messages[n].msg_hdr;
        keys[n] = EVP_CIPHER_CTX_new();
        EVP_EncryptInit_ex(keys[n], EVP_aes_128_gcm(), NULL, secret, NULL);
        names[n].sin_family = AF_INET;
        names[n].sin_port = htons(atoi(argv[4 + n]));
        inet_pton(AF_INET, argv[3], &names[n].sin_addr);
        vectors[n].iov_base = slab + (size_t)n * packets * step;
        vectors[n].iov_len = (size_t)packets * step;
        *head = (struct msghdr){&names[n], sizeof names[n], &vectors[n], 1, NULL, 0, 0};
        if (segments) {
            head->msg_control = controls[n];
            head->msg_controllen = CMSG_SPACE(2);
            struct cmsghdr *cut = CMSG_FIRSTHDR(head);
            *cut = (struct cmsghdr){CMSG_LEN(2), SOL_UDP, UDP_SEGMENT};
            *(uint16_t *)CMSG_DATA(cut) = step;
        }
    }
    int64_t before = clock_of(CLOCK_PROCESS_CPUTIME_ID);
    for (int64_t frame = 0; frame < frames; frame++) {
        for (int n = 0; n < people; n++)
            for (int p = 0; p < packets; p++) {
                unsigned char *at = slab + ((size_t)n * packets + p) * step;
                memcpy(at, source[p % MOST], SIZE);
                protect(keys[n], at, frame * packets + p);
            }
        for (int sent = 0; sent < people;) {
            int done = sendmmsg(sock, messages + sent, people - sent, 0);
            if (done < 0) return perror("sendmmsg"), 1;
            sent += done;
        }
        int64_t due = begun + (frame + 1) * (1000000000LL / RATE);
        struct timespec until = {due / 1000000000LL, due % 1000000000LL};
        clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL);
    }
    int64_t used = clock_of(CLOCK_PROCESS_CPUTIME_ID) - before;
    printf("%f\n", (double)used / (double)(frames * people * packets));
    return 0;
}
