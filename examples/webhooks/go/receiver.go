// go run receiver.go PORT: takes webhooks, verifies them, and prints each event once. WEBHOOK_SECRET is the endpoint's
// secret.
package main

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"
)

const (
	tolerance = 5 * time.Minute
	mostBytes = 1 << 20
)

// Whether this server made the message, lately. body: the bytes as they came.
func isGenuine(key []byte, header http.Header, body []byte) bool {
	timestamp := header.Get("webhook-timestamp")
	seconds, err := strconv.ParseInt(timestamp, 10, 64)
	age := time.Since(time.Unix(seconds, 0))
	if err != nil || age > tolerance || age < -tolerance {
		return false
	}
	digest := hmac.New(sha256.New, key)
	fmt.Fprintf(digest, "%s.%s.", header.Get("webhook-id"), timestamp)
	digest.Write(body)
	expected := []byte("v1," + base64.StdEncoding.EncodeToString(digest.Sum(nil)))
	// While a secret is being replaced there are two signatures; one that fits is enough.
	for _, one := range strings.Split(header.Get("webhook-signature"), " ") {
		if hmac.Equal(expected, []byte(one)) {
			return true
		}
	}
	return false
}

func main() {
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(os.Getenv("WEBHOOK_SECRET"), "whsec_"))
	if err != nil || len(os.Args) != 2 {
		log.Fatal("usage: WEBHOOK_SECRET=whsec_... receiver PORT")
	}
	var seen sync.Map // of a real receiver: a table with a unique key
	receive := func(answer http.ResponseWriter, request *http.Request) {
		body, err := io.ReadAll(http.MaxBytesReader(answer, request.Body, mostBytes))
		if err != nil || !isGenuine(key, request.Header, body) {
			answer.WriteHeader(http.StatusUnauthorized)
			return
		}
		answer.WriteHeader(http.StatusNoContent)
		if _, known := seen.LoadOrStore(request.Header.Get("webhook-id"), true); known {
			return // a message may come twice
		}
		var event struct {
			Type string `json:"type"`
			Data struct {
				ID string `json:"id"`
			} `json:"data"`
		}
		if json.Unmarshal(body, &event) == nil {
			fmt.Println(event.Type, event.Data.ID)
		}
	}
	log.Fatal(http.ListenAndServe("127.0.0.1:"+os.Args[1], http.HandlerFunc(receive)))
}
